import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isoSeconds } from "../../../sandbox/iso-time.ts";
import { maySecret, requireSecretAccess, type SecretCall } from "../../../sandbox/keyvault/access.ts";
import { KeyVaultError } from "../../../sandbox/keyvault/errors.ts";
import { NOW_MS, SUBSCRIPTION_ID, TENANT_ID, VAULT_ID, vaultFixture } from "./vault-fixture.ts";

const MAILMAN = "aaaaaaaa-0000-4000-8000-000000000001";
const CALLS: SecretCall[] = [
  "get",
  "list",
  "set",
  "update",
  "delete",
  "recover",
  "purge",
  "backup",
  "restore",
];
const CALLER = { appId: "app", tenantId: TENANT_ID };

function grant(vault: ReturnType<typeof vaultFixture>, roleId: string, scope: string) {
  vault.change((draft) => {
    const id = `${scope}/providers/Microsoft.Authorization/roleAssignments/r`;
    draft.arm.resources[id.toLowerCase()] = {
      id,
      type: "Microsoft.Authorization/roleAssignments",
      name: "r",
      location: null,
      tags: {},
      properties: {
        principalId: MAILMAN,
        scope,
        roleDefinitionId: `/subscriptions/${SUBSCRIPTION_ID}/providers/Microsoft.Authorization/roleDefinitions/${roleId}`,
      },
      extra: {},
      hidden: {},
      createdAt: isoSeconds(NOW_MS),
      updatedAt: isoSeconds(NOW_MS),
    };
  });
}

const allowed = (vault: ReturnType<typeof vaultFixture>, secretName?: string) =>
  CALLS.filter((call) =>
    maySecret(vault.state, { vaultName: "sell-vault", secretName, principalId: MAILMAN, call }),
  );

describe("in a vault with role-based access", () => {
  it("a role on one secret gives what it names, for that secret", () => {
    const vault = vaultFixture();
    assert.deepEqual(allowed(vault, "mailman"), []);
    grant(vault, "4633458b-17de-408a-b874-0445c86b69e6", `${VAULT_ID}/secrets/mailman`);
    assert.deepEqual(allowed(vault, "mailman"), ["get", "list"]);
    assert.deepEqual(allowed(vault, "other"), []);
    assert.deepEqual(allowed(vault), []);
  });

  it("an officer may do everything with secrets", () => {
    const vault = vaultFixture();
    grant(vault, "b86a8fe4-44ce-4948-aee5-eccb2c155cd7", VAULT_ID);
    assert.deepEqual(allowed(vault, "mailman"), CALLS);
  });

  it("access policies count for nothing", () => {
    const accessPolicies = [{ tenantId: TENANT_ID, objectId: MAILMAN, permissions: { secrets: ["all"] } }];
    assert.deepEqual(allowed(vaultFixture({ accessPolicies }), "mailman"), []);
  });

  it("a refusal names the caller, the action and the secret", () => {
    const vault = vaultFixture();
    assert.throws(
      () =>
        requireSecretAccess(
          vault.state,
          { vaultName: "sell-vault", secretName: "mailman", principalId: MAILMAN, call: "get" },
          CALLER,
        ),
      (error) => {
        assert.ok(error instanceof KeyVaultError);
        assert.deepEqual([error.status, error.code, error.innerCode], [403, "Forbidden", "ForbiddenByRbac"]);
        assert.match(error.message, new RegExp(`oid=${MAILMAN}`));
        assert.match(error.message, /Action: 'Microsoft.KeyVault\/vaults\/secrets\/getSecret\/action'/);
        assert.match(error.message, /Resource: '.*\/vaults\/sell-vault\/secrets\/mailman'/);
        assert.match(error.message, /Vault: Sell-Vault;location=westeurope/);
        return true;
      },
    );
  });
});

describe("in a vault with access policies", () => {
  const policies = (secrets: string[]) => ({
    enableRbacAuthorization: false,
    accessPolicies: [{ tenantId: TENANT_ID, objectId: MAILMAN, permissions: { secrets } }],
  });

  it("the policy decides, for every secret alike", () => {
    assert.deepEqual(allowed(vaultFixture(policies(["Get", "List"])), "mailman"), ["get", "list"]);
    assert.deepEqual(allowed(vaultFixture(policies(["set"]))), ["set", "update"]);
    assert.deepEqual(allowed(vaultFixture(policies(["all"]))), CALLS);
    assert.deepEqual(allowed(vaultFixture(policies([]))), []);
  });

  it("roles count for nothing", () => {
    const vault = vaultFixture(policies([]));
    grant(vault, "b86a8fe4-44ce-4948-aee5-eccb2c155cd7", VAULT_ID);
    assert.deepEqual(allowed(vault, "mailman"), []);
    assert.throws(
      () =>
        requireSecretAccess(
          vault.state,
          { vaultName: "sell-vault", principalId: MAILMAN, call: "list" },
          CALLER,
        ),
      (error) => error instanceof KeyVaultError && error.innerCode === "AccessDenied",
    );
  });
});
