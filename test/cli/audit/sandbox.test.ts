import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { addOwner } from "../../../sandbox/entra/references.ts";
import { setSecret } from "../../../sandbox/keyvault/secrets.ts";
import { runProcess } from "../../../tools/run-process.ts";
import { addApplication, addUser, addVault, assignRole, VAULT_ROLES } from "../../support/directory.ts";
import { startFace, type TestFace } from "../../support/https-face.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");

/** Runs the real command, as its own process and with its own credential, against a sandbox. */
async function keyturnAudit(context: TestContext, sandbox: TestFace, ...flags: string[]) {
  const { tenantId, certificate, deployer, face } = sandbox;
  const caFile = join(await temporaryFolder(context), "ca.pem");
  await writeFile(caFile, certificate.caPem);
  const { host } = new URL(face.origin);
  const localhostNames = pathToFileURL(join(ROOT, "sandbox", "localhost-names.ts")).href;
  const { exitCode, stdout, stderr } = await runProcess(
    process.execPath,
    [join(ROOT, "cli", "keyturn.js"), "audit", ...flags],
    {
      env: {
        PATH: process.env.PATH,
        ARM_METADATA_HOSTNAME: host,
        AZURE_AUTHORITY_HOST: face.origin,
        AZURE_TENANT_ID: tenantId,
        AZURE_CLIENT_ID: deployer.clientId,
        AZURE_CLIENT_SECRET: deployer.clientSecret,
        NODE_EXTRA_CA_CERTS: caFile,
        NODE_OPTIONS: `--import=${localhostNames}`,
      },
      timeoutMs: 60_000,
    },
  );
  return { exitCode, stdout, stderr };
}

test("the right to read applications is enough to audit a tenant of the sandbox", async (context) => {
  await using sandbox = await startFace({ roles: ["Application.Read.All"] });
  await addApplication(sandbox, {
    displayName: "Mailman\u001b[31m",
    password: { displayName: "by hand", endDateTime: "2025-02-20T11:30:00Z" },
  });
  const { exitCode, stdout, stderr } = await keyturnAudit(context, sandbox, "--json", "--fail-on", "high");
  assert.equal(stderr, "");
  assert.equal(exitCode, 10);
  const report = JSON.parse(stdout);
  assert.equal(report.complete, true);
  // The sandbox's clock, not this machine's.
  assert.equal(report.auditedAt, "2025-02-14T11:30:00Z");
  const [worst] = report.findings;
  assert.equal(worst.kind, "expiring-credential");
  assert.equal(worst.tier, 7);
  assert.equal(worst.subject.name, "Mailman\\u{001b}[31m");
  // Use may not be read with that right alone.
  assert.match(report.gaps[0].why, /AuditLog\.Read\.All/);
});

test("vault, use and owners are read where the rights are there", async (context) => {
  await using sandbox = await startFace({
    roles: ["Application.Read.All", "AuditLog.Read.All", "User.Read.All"],
  });
  const scope = await addVault(sandbox, "sell-kv");
  await assignRole(sandbox, { principalId: sandbox.deployer.principalId, role: VAULT_ROLES.reader, scope });
  const { id, keyId } = await addApplication(sandbox, { password: { endDateTime: "2025-02-20T11:30:00Z" } });
  const olga = await addUser(sandbox, "olga");
  await sandbox.store.update((draft) => {
    addOwner(draft.entra, "application", id, olga.id);
    const expires = Date.parse("2025-02-21T11:30:00Z") / 1000;
    const secret = { vaultName: "sell-kv", secretName: "mailman", value: "x", expires, tags: { keyId } };
    setSecret(draft, secret, sandbox.context());
  });
  const { exitCode, stdout, stderr } = await keyturnAudit(
    context,
    sandbox,
    "--json",
    "--vault",
    "sell-kv",
    "--owners",
  );
  assert.equal(stderr, "");
  assert.equal(exitCode, 0);
  const report = JSON.parse(stdout);
  assert.deepEqual(report.gaps, []);
  const mismatch = report.findings.find(({ kind }: { kind: string }) => kind === "vault-date-mismatch");
  assert.equal(mismatch.message, "the vault says that it expires on 2025-02-21; Entra says on 2025-02-20");
  const expiring = report.findings.find(({ kind }: { kind: string }) => kind === "expiring-credential");
  assert.deepEqual(expiring.owners, [{ id: olga.id, name: "olga", mail: "olga@sandbox.onmicrosoft.com" }]);
});

test("a vault that may not be read, and a directory that may not, end with 3 and say which right is missing", async (context) => {
  await using sandbox = await startFace({ roles: ["Application.Read.All"] });
  await addVault(sandbox, "sell-kv");
  const vault = await keyturnAudit(context, sandbox, "--vault", "sell-kv");
  assert.equal(vault.exitCode, 3);
  assert.match(vault.stdout, /NOT READ: vault https:\/\/sell-kv\.vault\.localhost/);
  assert.match(vault.stderr, /Key Vault Reader/);

  await using other = await startFace({ roles: [] });
  const refused = await keyturnAudit(context, other);
  assert.equal(refused.exitCode, 3);
  assert.equal(refused.stdout, "");
  assert.match(refused.stderr, /needs the permission Application\.Read\.All/);
});

test("a client secret that has expired ends with 3", async (context) => {
  await using sandbox = await startFace({ roles: ["Application.Read.All"] });
  const clientSecret = "not the secret";
  const { exitCode, stdout, stderr } = await keyturnAudit(context, {
    ...sandbox,
    deployer: { ...sandbox.deployer, clientSecret },
  });
  assert.equal(exitCode, 3);
  assert.equal(stdout, "");
  assert.match(stderr, /no token for Microsoft Graph can be had: .*AADSTS7000215/s);
  assert.doesNotMatch(stderr, /not the secret|\n {4}at /);
});
