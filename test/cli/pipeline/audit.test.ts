import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { removePassword } from "../../../sandbox/entra/passwords.ts";
import { addOwner } from "../../../sandbox/entra/references.ts";
import { runProcess } from "../../../tools/run-process.ts";
import { addApplication, addUser } from "../../support/directory.ts";
import { startFace, type TestFace } from "../../support/https-face.ts";
import { type GitHub, startGitHub } from "../../support/pipeline/github-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const REPOSITORY = "sell/keyturn";
const DAY_MS = 86_400_000;

/** `keyturn pipeline audit` as a job of GitHub's runs it: its own process, this sandbox as Azure, this GitHub. */
async function scheduledAudit(
  context: TestContext,
  sandbox: TestFace,
  github: GitHub,
  flags: readonly string[] = [],
): Promise<{ exitCode: number; stdout: string; stderr: string; summary: string }> {
  const folder = await temporaryFolder(context);
  const [caFile, eventFile, summaryFile] = ["ca.pem", "event.json", "summary.md"].map((name) =>
    join(folder, name),
  );
  await writeFile(caFile ?? "", sandbox.certificate.caPem);
  await writeFile(eventFile ?? "", "{}");
  await writeFile(summaryFile ?? "", "");
  const job = github.issueTokens({
    permissions: { issues: "write", contents: "read" },
    subject: "",
    claims: {},
  });
  const { tenantId, deployer, face } = sandbox;
  const localhostNames = pathToFileURL(join(ROOT, "sandbox", "localhost-names.ts")).href;
  const { exitCode, stdout, stderr } = await runProcess(
    process.execPath,
    [join(ROOT, "cli", "keyturn.js"), "pipeline", "audit", ...flags],
    {
      env: {
        PATH: process.env.PATH,
        ARM_METADATA_HOSTNAME: new URL(face.origin).host,
        AZURE_AUTHORITY_HOST: face.origin,
        AZURE_TENANT_ID: tenantId,
        AZURE_CLIENT_ID: deployer.clientId,
        AZURE_CLIENT_SECRET: deployer.clientSecret,
        NODE_EXTRA_CA_CERTS: caFile,
        NODE_OPTIONS: `--import=${localhostNames}`,
        GITHUB_ACTIONS: "true",
        GITHUB_API_URL: github.origin,
        GITHUB_REPOSITORY: REPOSITORY,
        GITHUB_SHA: "a".repeat(40),
        GITHUB_RUN_ID: "1",
        GITHUB_EVENT_PATH: eventFile,
        GITHUB_STEP_SUMMARY: summaryFile,
        GITHUB_TOKEN: job.token,
      },
      timeoutMs: 60_000,
    },
  );
  job.revoke();
  return { exitCode: exitCode ?? -1, stdout, stderr, summary: await readFile(summaryFile ?? "", "utf8") };
}

function issues({ state }: GitHub) {
  return state.issues.map(({ title, state: is, number }) => {
    const comments = state.comments.filter(({ issue }) => issue === number);
    return `${title}: ${is}, ${comments.length} comment${comments.length === 1 ? "" : "s"}`;
  });
}

test("a secret that nobody manages has an issue and its owners told, daily, until it is gone", async (context) => {
  await using sandbox = await startFace({ roles: ["Application.Read.All", "User.Read.All", "Mail.Send"] });
  await using github = await startGitHub(REPOSITORY);
  const { id, keyId } = await addApplication(sandbox, {
    displayName: "CRM **sync**",
    password: { displayName: "by hand", endDateTime: "2025-02-20T11:30:00Z" },
  });
  const olga = await addUser(sandbox, "olga");
  const mailbox = await addUser(sandbox, "keyturn");
  await sandbox.store.update((draft) => addOwner(draft.entra, "application", id, olga.id));
  const flags = ["--mail-from", mailbox.userPrincipalName, "--no-sign-ins"];
  const run = () => scheduledAudit(context, sandbox, github, flags);
  const mails = () => sandbox.store.state.mail.messages.map(({ to, subject }) => `${to.join()}: ${subject}`);
  const mail = "olga@sandbox.onmicrosoft.com: 1 credential of yours about to expire";

  const first = await run();
  assert.equal(first.stderr, "");
  assert.equal(first.exitCode, 0);
  assert.match(first.stdout, /^7 days +1 finding, 1 due; issue opened$/m);
  assert.match(first.stdout, /^1 owner written to$/m);
  assert.match(first.summary, /^## Credential audit$/m);
  assert.match(first.summary, /^\| 7 days \| 1 \| 1 \| opened \|$/m);
  assert.deepEqual(issues(github), ["1 credential about to expire within 7 days: open, 0 comments"]);
  const { body } = github.state.issues[0] ?? assert.fail();
  assert.match(body, /<code>CRM &#42;&#42;sync&#42;&#42;<\/code>/);
  assert.match(body, /https:\/\/github\.com\/sell\/keyturn\/blob\/HEAD\/docs\/audit\.md#expiring-credential/);
  assert.match(body, /^Owners: <code>olga<\/code>\.$/m);
  assert.deepEqual(mails(), [mail]);

  const again = await run();
  assert.match(again.stdout, /^7 days +1 finding, 0 due; issue updated$/m);
  assert.deepEqual(mails(), [mail], "on the same day nobody is told twice");

  await sandbox.advance(DAY_MS);
  await run();
  assert.deepEqual(issues(github), ["1 credential about to expire within 7 days: open, 1 comment"]);
  assert.deepEqual(mails(), [mail, mail]);

  await sandbox.store.update(({ entra }) => {
    const application = entra.applications[id];
    assert.ok(application !== undefined);
    removePassword(application, keyId);
  });
  const solved = await run();
  assert.match(solved.stdout, /^7 days +0 findings, 0 due; issue closed$/m);
  assert.deepEqual(issues(github), ["1 credential about to expire within 7 days: closed, 2 comments"]);
});

test("an audit that fails has an issue of its own, until it works again", async (context) => {
  await using github = await startGitHub(REPOSITORY);
  {
    await using sandbox = await startFace({ roles: [] });
    const refused = await scheduledAudit(context, sandbox, github);
    assert.equal(refused.exitCode, 3);
    assert.match(refused.stderr, /needs the permission Application\.Read\.All/);
    assert.match(refused.summary, /Nobody is told of credentials that are about to expire/);
  }
  assert.deepEqual(issues(github), ["The credential audit fails: open, 0 comments"]);
  assert.match(github.state.issues[0]?.body ?? "", /Application&#46;Read&#46;All/);

  await using sandbox = await startFace({ roles: ["Application.Read.All"] });
  const { exitCode, stdout } = await scheduledAudit(context, sandbox, github, ["--json", "--no-sign-ins"]);
  assert.equal(exitCode, 0);
  const report = JSON.parse(stdout);
  assert.equal(report.schemaVersion, 1);
  assert.equal(report.complete, true);
  assert.deepEqual(
    report.tiers.map(({ tier }: { tier: number }) => tier),
    [0, 1, 7, 14, 30],
  );
  assert.deepEqual(issues(github), ["The credential audit fails: closed, 1 comment"]);
});

test("owners who may not be written to end it with 3, and the issue is there all the same", async (context) => {
  await using sandbox = await startFace({ roles: ["Application.Read.All", "User.Read.All"] });
  await using github = await startGitHub(REPOSITORY);
  const { id } = await addApplication(sandbox, { password: { endDateTime: "2025-02-20T11:30:00Z" } });
  const olga = await addUser(sandbox, "olga");
  await sandbox.store.update((draft) => addOwner(draft.entra, "application", id, olga.id));
  const flags = ["--mail-from", "olga@sandbox.onmicrosoft.com", "--no-sign-ins"];
  const { exitCode, stderr, stdout } = await scheduledAudit(context, sandbox, github, flags);
  assert.equal(exitCode, 3);
  assert.match(stderr, /owners were not written to: .*sendMail.*403/);
  assert.match(stdout, /^0 owners written to; 1 not: /m);
  assert.deepEqual(issues(github), ["1 credential about to expire within 7 days: open, 0 comments"]);
});

test("owners whose addresses may not be read end it with 3, and the gap is named", async (context) => {
  await using sandbox = await startFace({ roles: ["Application.Read.All", "Mail.Send"] });
  await using github = await startGitHub(REPOSITORY);
  const { id } = await addApplication(sandbox, { password: { endDateTime: "2025-02-20T11:30:00Z" } });
  const olga = await addUser(sandbox, "olga");
  await sandbox.store.update((draft) => addOwner(draft.entra, "application", id, olga.id));
  const run = (from: string) =>
    scheduledAudit(context, sandbox, github, ["--mail-from", from, "--no-sign-ins", "--json"]);
  const blind = await run("olga@sandbox.onmicrosoft.com");
  assert.equal(blind.exitCode, 3);
  assert.match(blind.stderr, /owners were not written to: addresses need User\.Read\.All/);
  const { gaps, complete } = JSON.parse(blind.stdout);
  assert.equal(complete, true);
  assert.deepEqual(
    gaps.filter(({ what }: { what: string }) => what === "owners"),
    [{ what: "owners", why: "addresses need User.Read.All", essential: false, refused: true }],
  );
  assert.deepEqual(sandbox.store.state.mail.messages, []);
  // A variable that nobody has set comes as an empty text: nobody is to be written to.
  const off = await run("");
  assert.equal(off.exitCode, 0);
  assert.equal(off.stderr, "");
  assert.match(off.summary, /owners are not written to.*no mailbox is given/);
});

test("wrong flags are all told at once, and nothing is asked", async (context) => {
  await using sandbox = await startFace({ roles: [] });
  await using github = await startGitHub(REPOSITORY);
  const flags = ["--days", "soon", "--fail-on", "bad", "--mail-from", "nobody\u001b"];
  const { exitCode, stderr } = await scheduledAudit(context, sandbox, github, flags);
  assert.equal(exitCode, 2);
  assert.match(stderr, /--days must be a whole number.*soon/);
  assert.match(stderr, /--fail-on must be none, critical/);
  assert.match(
    stderr,
    /--mail-from must be a mailbox's address or its user's object id, but is nobody\\u\{001b\}/,
  );
  assert.deepEqual(github.requests, []);
});
