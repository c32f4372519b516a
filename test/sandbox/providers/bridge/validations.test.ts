import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Validation } from "../../../../sandbox/providers/bridge/schema.ts";
import {
  base64,
  httpUrl,
  lengthBetween,
  logoutUrl,
  redirectUri,
  resourceIdIn,
  rfc3339,
  uuid,
} from "../../../../sandbox/providers/bridge/validations.ts";

const cases: Record<string, { validate: Validation<string>; good: string[]; bad: string[] }> = {
  uuid: {
    validate: uuid,
    good: ["10000000-0000-4000-8000-000000000001", "ABCDEF00-0000-0000-0000-000000000000"],
    bad: ["", "anna", "{10000000-0000-4000-8000-000000000001}", "10000000000040008000000000000001"],
  },
  base64: { validate: base64, good: ["", "iVBORw0KGgo=", "aGk="], bad: ["*", "aGk", "a"] },
  rfc3339: {
    validate: rfc3339,
    good: ["2031-01-01T00:00:00Z", "2031-01-01T00:00:00.123Z", "2032-02-29T23:59:59+02:00"],
    bad: [
      "2031-01-01",
      "01/02/2026",
      "2031-02-29T00:00:00Z",
      "2031-13-01T00:00:00Z",
      "2031-01-01T24:00:00Z",
      "2031-01-01T00:00:00",
      "",
    ],
  },
  httpUrl: {
    validate: httpUrl,
    good: ["https://sell.example", "http://localhost:8080/x?y#z"],
    bad: ["", "mailman", "ftp://x", "https://", "urn:a:b"],
  },
  logoutUrl: {
    validate: logoutUrl,
    good: [`https://x/${"a".repeat(245)}`],
    bad: [`https://x/${"a".repeat(246)}`, "ftp://x"],
  },
  "a web redirect URI": {
    validate: redirectUri.web,
    good: [
      "https://sell.example/cb",
      "https://sell.example/",
      "urn:ietf:wg:oauth:2.0:oob",
      "ms-appx-web://x/y",
    ],
    bad: ["https://sell.example", "myapp://cb/", "", `https://x/${"a".repeat(247)}`],
  },
  "a native client's redirect URI": {
    validate: redirectUri.publicClient,
    good: ["myapp://cb", "https://sell.example"],
    bad: ["", "myapp:cb"],
  },
  "a single page's redirect URI": {
    validate: redirectUri.singlePage,
    good: ["https://sell.example/spa"],
    bad: ["urn:ietf:wg:oauth:2.0:oob", "https://sell.example"],
  },
  "an application's resource id": {
    validate: resourceIdIn("applications"),
    good: ["/applications/10000000-0000-4000-8000-000000000001"],
    bad: ["", "10000000-0000-4000-8000-000000000001", "/servicePrincipals/x", "/applications/x/owners/y"],
  },
  "a length": { validate: lengthBetween(1, 3), good: ["a", "abc"], bad: ["", "abcd"] },
};

describe("validations", () => {
  for (const [name, { validate, good, bad }] of Object.entries(cases)) {
    it(`${name}: takes what is right, says what is wrong`, () => {
      for (const value of good) assert.equal(validate(value), undefined, value);
      for (const value of bad) assert.match(validate(value) ?? "", /^must /, value);
    });
  }

  it("take every moment that there is", () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true }),
        (moment) => {
          assert.equal(rfc3339(moment.toISOString()), undefined);
        },
      ),
    );
  });
});
