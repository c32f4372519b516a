import { types, UNKNOWN } from "../../../policy/checked-resource.ts";
import type { RuleCases } from "./cases.ts";
import { application, password, resource } from "./resources.ts";

export const passwordOriginCases: RuleCases = {
  "password-in-credential": {
    passes: [[password()], [application()]],
    stops: [
      [[password({}, "my:own:Component")], /outside of a RotatingCredential/],
      [[resource(types.applicationPassword, {})], /outside/],
      [[application({ password: { displayName: "mine" } })], /secret of its own/],
      [[application({ passwords: [{ displayName: "mine" }] })], /secret of its own/],
    ],
  },
  "password-trigger": {
    passes: [[password()], [password({ rotateWhenChanged: { trigger: UNKNOWN } })]],
    stops: [
      [[password({ rotateWhenChanged: undefined })], /no trigger/],
      [[password({ rotateWhenChanged: { trigger: null } })], /no trigger/],
      [[password({ rotateWhenChanged: { trigger: "" } })], /no trigger/],
    ],
  },
};
