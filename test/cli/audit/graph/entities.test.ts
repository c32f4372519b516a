import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readApplication, readServicePrincipal } from "../../../../cli/audit/graph/entities.ts";

const ID = "0000000A-0000-4000-8000-000000000001";
const KEY_ID = "00000000-0000-4000-8000-000000000009";

function secret(rest: Record<string, unknown> = {}) {
  return {
    keyId: KEY_ID,
    displayName: "by hand",
    hint: "Q8~",
    secretText: "Q8~super-secret",
    customKeyIdentifier: null,
    startDateTime: "2027-01-01T00:00:00Z",
    endDateTime: "2027-06-01T00:00:00Z",
    ...rest,
  };
}

test("an application is reduced to what is judged; a secret's value and hint are not kept", () => {
  const entity = readApplication({
    id: ID,
    appId: ID,
    displayName: "Mailman",
    createdDateTime: "2026-01-01T00:00:00Z",
    signInAudience: "AzureADMyOrg",
    passwordCredentials: [secret()],
    keyCredentials: [{ ...secret({ displayName: null }), key: "MII", usage: "Verify" }],
  });
  assert.deepEqual(entity, {
    type: "application",
    objectId: ID.toLowerCase(),
    appId: ID.toLowerCase(),
    name: "Mailman",
    createdMs: Date.parse("2026-01-01T00:00:00Z"),
    disabled: false,
    singleTenant: true,
    credentials: [
      {
        type: "secret",
        keyId: KEY_ID,
        name: "by hand",
        startMs: Date.parse("2027-01-01T00:00:00Z"),
        endMs: Date.parse("2027-06-01T00:00:00Z"),
      },
      {
        type: "certificate",
        keyId: KEY_ID,
        name: null,
        startMs: Date.parse("2027-01-01T00:00:00Z"),
        endMs: Date.parse("2027-06-01T00:00:00Z"),
      },
    ],
  });
  assert.doesNotMatch(JSON.stringify(entity), /Q8~|MII/);
});

test("an application that Microsoft has disabled, and one for several tenants, are told apart", () => {
  const read = (rest: object) => readApplication({ id: ID, appId: ID, ...rest });
  assert.equal(
    read({ disabledByMicrosoftStatus: "DisabledDueToViolationOfServicesAgreement" })?.disabled,
    true,
  );
  assert.equal(read({ disabledByMicrosoftStatus: "NotDisabled" })?.disabled, false);
  assert.equal(read({ disabledByMicrosoftStatus: null })?.disabled, false);
  assert.equal(read({ signInAudience: "AzureADMultipleOrgs" })?.singleTenant, false);
});

test("the certificates of a managed identity are Azure's concern", () => {
  const raw = { id: ID, appId: ID, servicePrincipalType: "ManagedIdentity", keyCredentials: [secret()] };
  assert.deepEqual(readServicePrincipal(raw)?.credentials, []);
});

test("a certificate that signs SAML tokens is one credential, not three", () => {
  const thumbprint = { customKeyIdentifier: "abc" };
  const entity = readServicePrincipal({
    id: ID,
    appId: ID,
    accountEnabled: true,
    passwordCredentials: [secret(thumbprint), secret({ customKeyIdentifier: "else" })],
    keyCredentials: [
      { ...secret(thumbprint), usage: "Sign" },
      { ...secret(thumbprint), usage: "Verify" },
      { ...secret({ customKeyIdentifier: "def" }), usage: "Verify" },
    ],
  });
  assert.deepEqual(
    entity?.credentials.map(({ type }) => type),
    ["secret", "certificate", "certificate"],
  );
});

test("null dates, missing names and ids that are none are taken as they come", () => {
  const entity = readApplication({
    id: "not a guid\u001b[2J",
    displayName: "",
    passwordCredentials: [{ keyId: null, startDateTime: null, endDateTime: null }, null, "x", { keyId: "" }],
    keyCredentials: "none",
  });
  assert.match(entity?.objectId ?? "", /^x-[0-9a-f]{24}$/);
  assert.equal(entity?.credentials.length, 2);
  assert.deepEqual(entity?.credentials[0], {
    type: "secret",
    keyId: entity?.credentials[0]?.keyId,
    name: null,
    startMs: null,
    endMs: null,
  });
});

test("whatever Graph sends, the answer is an entity with safe texts or nothing", () => {
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(null, ID, "2027-01-01T00:00:00Z", [secret()], [null]),
  );
  const names = ["id", "appId", "displayName", "createdDateTime", "passwordCredentials", "keyCredentials"];
  const raw = fc.oneof(
    fc.jsonValue(),
    fc.record(Object.fromEntries(names.map((name) => [name, value])), { requiredKeys: [] }),
  );
  fc.assert(
    fc.property(raw, (input) => {
      for (const read of [readApplication, readServicePrincipal]) {
        const entity = read(input);
        if (entity === undefined) continue;
        assert.match(entity.objectId, /^(x-[0-9a-f]{24}|[0-9a-f-]{36})$/);
        for (const { keyId, endMs } of entity.credentials) {
          assert.match(keyId, /^(x-[0-9a-f]{24}|[0-9a-f-]{36})$/);
          assert.ok(endMs === null || Number.isFinite(endMs));
        }
      }
    }),
    { numRuns: 300 },
  );
});
