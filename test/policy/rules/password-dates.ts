import { types, UNKNOWN } from "../../../policy/checked-resource.ts";
import type { RuleCases } from "./cases.ts";
import { application, password, resource, trigger } from "./resources.ts";

export const passwordDatesCases: RuleCases = {
  "password-end-date": {
    passes: [[password()], [password({ endDate: UNKNOWN })], [application()]],
    stops: [
      [[password({ endDate: undefined })], /endDate is missing/],
      [[password({ endDate: "" })], /missing/],
      [[password({ endDate: null })], /missing/],
      [[password({ endDate: "next year" })], /no moment/],
      [[resource(types.servicePrincipalPassword, {})], /missing/],
    ],
  },
  "password-end-date-relative": {
    passes: [[password()], [password({ endDateRelative: null })]],
    stops: [
      [[password({ endDateRelative: "720h" })], /endDateRelative is set/],
      // Whatever it will be: the provider never sends it.
      [[password({ endDateRelative: UNKNOWN })], /endDateRelative is set/],
    ],
  },
  "password-lifetime": {
    passes: [
      [password({ startDate: "2026-01-01T00:00:00Z" })],
      [password(), trigger("2026-10-01T00:00:00Z")],
      [password({ endDate: UNKNOWN, startDate: "2020-01-01T00:00:00Z" })],
    ],
    stops: [
      [[password({ startDate: "2024-01-01T00:00:00Z" })], /lives for 1096 days; at most 730/],
      [[password(), trigger("2026-10-01T00:00:00Z")], /92 days; at most 90/, { maxDays: 90 }],
      // Other spellings of a moment, as the provider takes them too.
      [
        [password({ startDate: "2024-01-01T00:00:00.000Z", endDate: "2028-01-01T01:00:00+01:00" })],
        /lives for 1461 days; at most 730/,
      ],
    ],
  },
};
