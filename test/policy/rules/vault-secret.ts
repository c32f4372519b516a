import { UNKNOWN } from "../../../policy/checked-resource.ts";
import type { RuleCases } from "./cases.ts";
import { password, seconds, secret } from "./resources.ts";

export const vaultSecretCases: RuleCases = {
  "vault-secret-expiry": {
    passes: [[secret(1)], [secret(UNKNOWN)], [secret(1, { properties: UNKNOWN })]],
    stops: [
      [[secret(undefined)], /expires is missing/],
      [[secret(null)], /expires is missing/],
      [[secret(0)], /expires is no moment/],
      [[secret("soon")], /expires is no moment/],
    ],
  },
  "vault-secret-outlives": {
    passes: [
      [password(), secret(seconds("2027-01-01T00:00:00Z"))],
      [password(), secret(UNKNOWN)],
      [password({ keyId: "other" }), secret(seconds("2028-01-01T00:00:00Z"))],
    ],
    stops: [
      [
        [password(), secret(seconds("2027-01-02T00:00:00Z"))],
        /expires on 2027-01-02T00:00:00Z, its credential on 2027-01-01T00:00:00Z/,
      ],
      [
        [password({ endDate: "2027-01-01T01:00:00+01:00" }), secret(String(seconds("2027-01-02T00:00:00Z")))],
        /expires on 2027-01-02T00:00:00Z, its credential on 2027-01-01T00:00:00Z/,
      ],
    ],
  },
};
