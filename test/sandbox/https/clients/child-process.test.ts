import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { addApplication, addVault, assignRole, VAULT_ROLES } from "../../../support/directory.ts";
import { startFace } from "../../../support/https-face.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";

const PROJECT = new URL("../../../../", import.meta.url);

/** What a user of the vendors' libraries writes, with nothing of the sandbox in it. */
const PROGRAM = `
import { EnvironmentCredential } from "@azure/identity";
import { SecretClient } from "@azure/keyvault-secrets";
const client = new SecretClient(process.env.VAULT_URL, new EnvironmentCredential({ disableInstanceDiscovery: true }));
await client.setSecret("s", "from a child");
console.log((await client.getSecret("s")).value);
`;

test("a program of its own needs nothing but its environment", async (t) => {
  await using sandbox = await startFace();
  const scope = await addVault(sandbox, "sell-kv");
  const { clientId, secret, principalId } = await addApplication(sandbox);
  await assignRole(sandbox, { principalId, role: VAULT_ROLES.secretsOfficer, scope });
  const caFile = join(temporaryFolder(t), "ca.pem");
  await writeFile(caFile, sandbox.face.caPem);
  const preload = pathToFileURL(new URL("sandbox/localhost-names.ts", PROJECT).pathname).href;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", PROGRAM], {
    cwd: new URL(".", PROJECT).pathname,
    env: {
      PATH: process.env.PATH ?? "",
      AZURE_AUTHORITY_HOST: sandbox.face.origin,
      AZURE_TENANT_ID: sandbox.tenantId,
      AZURE_CLIENT_ID: clientId,
      AZURE_CLIENT_SECRET: secret,
      NODE_EXTRA_CA_CERTS: caFile,
      NODE_OPTIONS: `--import=${preload}`,
      VAULT_URL: sandbox.face.vaultUri("sell-kv"),
    },
    timeout: 60_000,
  });
  assert.equal(stdout, "from a child\n");
});
