import { types, UNKNOWN } from "../../../policy/checked-resource.ts";
import type { RuleCases } from "./cases.ts";
import { password, resource, secret, VALUE } from "./resources.ts";

export const secretInOutputCases: RuleCases = {
  "secret-in-output": {
    passes: [
      [secret(1)],
      [password({ value: VALUE }), resource(types.stack, { credentials: { keyId: "key-1", at: UNKNOWN } })],
      [secret(1, { properties: UNKNOWN })],
    ],
    stops: [
      [[resource(types.stack, { leaked: { deep: VALUE } })], /leaked\.deep holds/],
      [
        [
          password({ value: "another form, of 30 characters" }),
          resource(types.stack, { x: "s=another form, of 30 characters" }),
        ],
        /x holds/,
      ],
      [[secret(1, { tags: { copy: VALUE } })], /tags\.copy holds/],
      [[secret(1, { properties: { value: "", contentType: VALUE } })], /properties\.contentType holds/],
      [[resource(types.stack, { list: [{ [VALUE]: true }] })], /a name in list\.0 holds/],
    ],
  },
};
