import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { RestError } from "@azure/core-rest-pipeline";
import { parseOptions } from "../../../cli/audit/options.ts";
import { type CommandSurroundings, runAuditCommand } from "../../../cli/audit/run-command.ts";
import { CommandError } from "../../../cli/exit-codes.ts";
import { application, guid, numbers, secret, servicePrincipal } from "../../support/audit.ts";
import { answerFrom, error, type GraphDirectory } from "../../support/graph-directory.ts";
import { type Answer, NOW_MS, startGraph, testCredential } from "../../support/graph-server.ts";
import { isolatedEnvironment } from "../../support/pulumi.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const directory: GraphDirectory = {
  applications: numbers(4).map((number) =>
    application(number, { passwordCredentials: [secret(number, -10, [100, 25, 6, -2][number] ?? 0, "s")] }),
  ),
  servicePrincipals: numbers(4).map((number) => servicePrincipal(number)),
};

interface Run {
  code: number | undefined;
  thrown: unknown;
  out: string;
  err: string;
}

/** Runs `keyturn audit` with these flags against a Graph of the test's own. */
async function run(
  context: TestContext,
  flags: Record<string, unknown>,
  answer: Answer = (question, origin) => answerFrom(directory, origin, question),
  surroundings: Partial<CommandSurroundings> = {},
): Promise<Run> {
  const { origin } = await startGraph(context, answer);
  const result: Run = { code: undefined, thrown: undefined, out: "", err: "" };
  try {
    result.code = await runAuditCommand(parseOptions({ graphUrl: origin, signIns: false, ...flags }), {
      env: {},
      terminal: {
        out: (text) => {
          result.out += text;
        },
        err: (text) => {
          result.err += `${text}\n`;
        },
        verbatim: () => assert.fail("nothing reads this but people"),
        interactive: false,
        style: (_, text) => text,
      },
      createCredential: () => Promise.resolve(testCredential),
      audit: {
        random: () => 0,
        nowMs: () => NOW_MS,
        pauseMs: () => Promise.resolve(),
        retryTiming: { baseDelayMs: 1, maxDelayMs: 1 },
      },
      ...surroundings,
    });
  } catch (thrown) {
    result.thrown = thrown;
  }
  return result;
}

test("the table goes to standard output, nothing to standard error, and the exit code is 0", async (context) => {
  const { code, out, err } = await run(context, {});
  assert.equal(code, 0);
  assert.equal(err, "");
  assert.match(out, /^SEVERITY {2}WHEN/);
  assert.match(out, /Audit complete: 1 critical, 1 high, 1 medium\./);
});

test("findings at or above --fail-on make the exit code 10", async (context) => {
  assert.equal((await run(context, { failOn: "critical" })).code, 10);
  assert.equal((await run(context, { failOn: "info" })).code, 10);
  const calm: Answer = (question, origin) =>
    answerFrom({ ...directory, applications: directory.applications.slice(0, 2) }, origin, question);
  assert.equal((await run(context, { failOn: "high" }, calm)).code, 0);
  assert.equal((await run(context, { failOn: "medium" }, calm)).code, 10);
});

test("files are written in the format of their endings, and nothing else is left behind", async (context) => {
  const folder = await temporaryFolder(context);
  const output = ["a.json", "b.html", "c.sarif"].map((name) => join(folder, name));
  const { code, out, err } = await run(context, { output, failOn: "none" });
  assert.equal(code, 0);
  assert.equal(out, "");
  assert.match(err, /^Audit complete: 1 critical, 1 high, 1 medium; written to .*a\.json/);
  assert.deepEqual((await readdir(folder)).sort(), ["a.json", "b.html", "c.sarif"]);
  const json = JSON.parse(await readFile(join(folder, "a.json"), "utf8"));
  assert.equal(json.schemaVersion, 1);
  assert.equal(json.auditedAt, "2027-03-01T12:00:00Z");
  assert.equal(json.findings.length, 3);
});

test("files that cannot be written are told of, each by its option, before the directory is asked", async (context) => {
  const folder = await temporaryFolder(context);
  const taken = join(folder, "taken.json");
  await mkdir(taken);
  let asked = 0;
  const { thrown } = await run(
    context,
    { output: ["/nonexistent/x.json", join(folder, "a.json"), taken], notified: "/nonexistent/told.json" },
    () => {
      asked++;
      return error(503, "Broken");
    },
  );
  assert.ok(thrown instanceof CommandError);
  assert.equal(thrown.exitCode, 2);
  const [, ...lines] = thrown.message.split("\n");
  assert.equal(lines.length, 3);
  assert.match(lines[0] ?? "", /^ {2}--output \/nonexistent\/x\.json: ENOENT/);
  assert.match(lines[1] ?? "", /^ {2}--output .*taken\.json: it is a folder$/);
  assert.match(lines[2] ?? "", /^ {2}--notified \/nonexistent\/told\.json: ENOENT/);
  assert.equal(asked, 0);
  assert.deepEqual(await readdir(folder), ["taken.json"]);
});

test("a file that cannot be written in the end is an error that names it", async (context) => {
  const folder = await temporaryFolder(context);
  const { thrown } = await run(
    context,
    { output: [join(folder, "gone", "x.json")] },
    goneMeanwhile(await subfolder(folder)),
  );
  assert.ok(thrown instanceof CommandError);
  assert.equal(thrown.exitCode, 1);
  assert.match(thrown.message, /gone\/x\.json cannot be written: ENOENT/);
});

async function subfolder(folder: string): Promise<string> {
  const path = join(folder, "gone");
  await mkdir(path);
  return path;
}

/** Answers as the directory does, and takes a folder away meanwhile. */
function goneMeanwhile(folder: string): Answer {
  return async (question, origin) => {
    await rm(folder, { recursive: true, force: true });
    return answerFrom(directory, origin, question);
  };
}

test("a refusal ends with 3 and names the right that is missing", async (context) => {
  const { thrown } = await run(context, {}, () => error(403, "Authorization_RequestDenied"));
  assert.ok(thrown instanceof CommandError);
  assert.equal(thrown.exitCode, 3);
  assert.match(thrown.message, /Application\.Read\.All/);
});

test("without a token the audit ends with 3 and says why", async (context) => {
  const failing = Object.assign(new Error("expired\u001b[2J\nsecond line"), {
    name: "AggregateAuthenticationError",
  });
  const { thrown } = await run(context, {}, undefined, {
    createCredential: () => Promise.resolve({ getToken: () => Promise.reject(failing) }),
  });
  assert.ok(thrown instanceof CommandError);
  assert.equal(thrown.exitCode, 3);
  assert.equal(thrown.message, "no token for Microsoft Graph can be had: expired\\u{001b}[2J\n  second line");
});

test("a directory that cannot be reached ends with 1, and with how to go on", async (context) => {
  const { thrown } = await run(context, { resume: "scan.state", graphUrl: "https://localhost:1" });
  assert.ok(thrown instanceof CommandError);
  assert.equal(thrown.exitCode, 1);
  assert.match(thrown.message, /failed: ECONNREFUSED\. Run it again with --resume scan\.state to go on\./);
});

test("an incomplete audit is reported, said to be so, and does not exit with 0 or 10", async (context) => {
  const { code, out, err } = await run(context, { failOn: "info" }, (question, origin) =>
    question.url.includes("owners") ? error(503, "Broken") : answerFrom(directory, origin, question),
  );
  assert.equal(code, 1);
  assert.match(out, /NOT READ: ownerless: .*503/);
  assert.match(out, /AUDIT INCOMPLETE/);
  assert.match(err, /not read: ownerless/);
});

test("what an incomplete audit did not see is neither solved nor gone", async (context) => {
  const folder = await temporaryFolder(context);
  const [notified, baseline] = [join(folder, "notified.json"), join(folder, "baseline.json")];
  const told = { "expiring-credential/elsewhere": { tier: 7, day: "2027-02-28" } };
  await writeFile(notified, JSON.stringify({ schemaVersion: 1, told }));
  const accepted = { finding: "no-owner/elsewhere", reason: "x", until: "2027-04-01" };
  await writeFile(baseline, JSON.stringify({ schemaVersion: 1, accepted: [accepted] }));
  const flags = { json: true, notified, baseline };
  const incomplete = await run(context, flags, (question, origin) =>
    question.url.includes("owners") ? error(503, "Broken") : answerFrom(directory, origin, question),
  );
  const report = JSON.parse(incomplete.out);
  assert.deepEqual(report.unmatchedAcceptances, []);
  assert.ok(report.notices.every(({ solved }: { solved: boolean }) => !solved));
  const after = JSON.parse(await readFile(notified, "utf8")).told;
  assert.deepEqual(after["expiring-credential/elsewhere"], told["expiring-credential/elsewhere"]);
  assert.equal(Object.keys(after).length, 4);

  const complete = JSON.parse((await run(context, flags)).out);
  assert.deepEqual(complete.unmatchedAcceptances, [accepted]);
  assert.equal(Object.keys(JSON.parse(await readFile(notified, "utf8")).told).length, 3);
});

test("a vault that may not be read ends with 3, one that does not answer with 1", async (context) => {
  const vault = await startGraph(context, () => error(403, "Forbidden"));
  const { code, err } = await run(context, { vault: [vault.origin] });
  assert.equal(code, 3);
  assert.match(err, /Key Vault Reader/);
  assert.equal((await run(context, { vault: ["https://localhost:1"] })).code, 1);
});

test("a baseline takes findings out, and a broken one stops everything before it is read", async (context) => {
  const folder = await temporaryFolder(context);
  const baseline = join(folder, "baseline.json");
  const finding = `expired-credential/${guid(3, 1)}/${guid(3, 9)}`;
  const accepted = { finding, reason: "being replaced", until: "2027-03-02" };
  await writeFile(baseline, JSON.stringify({ schemaVersion: 1, accepted: [accepted] }));
  const { code, out } = await run(context, { baseline, failOn: "critical" });
  assert.equal(code, 0);
  assert.match(out, /1 accepted by the baseline/);
  await writeFile(baseline, "{}");
  const { thrown } = await run(context, { baseline });
  assert.ok(thrown instanceof CommandError);
  assert.equal(thrown.exitCode, 2);
});

test("notices are due once a day, with the owners to write to", async (context) => {
  const notified = join(await temporaryFolder(context), "notified.json");
  const flags = { json: true, owners: true, notified };
  const first = JSON.parse((await run(context, flags)).out);
  const due = (report: { notices: { tier: number; due: string[] }[] }) =>
    report.notices.filter((notice) => notice.due.length > 0).map(({ tier }) => tier);
  assert.deepEqual(due(first), [0, 7, 30]);
  assert.deepEqual(
    first.notices.map(({ key, title, solved }: Record<string, unknown>) => [key, title, solved]),
    [
      ["keyturn-audit-tier-0", "1 credential expired", false],
      ["keyturn-audit-tier-1", "0 credentials about to expire within 1 day", true],
      ["keyturn-audit-tier-7", "1 credential about to expire within 7 days", false],
      ["keyturn-audit-tier-14", "0 credentials about to expire within 14 days", true],
      ["keyturn-audit-tier-30", "1 credential about to expire within 30 days", false],
    ],
  );
  assert.deepEqual(
    first.notices[0].recipients.map(({ mail }: { mail: string }) => mail),
    ["olga@example.com"],
  );
  assert.deepEqual(due(JSON.parse((await run(context, flags)).out)), []);
  await writeFile(notified, "{}");
  const { thrown } = await run(context, flags);
  assert.ok(thrown instanceof CommandError);
  assert.match(thrown.message, /--notified .* is not what an audit wrote there/);
});

test("what a stack manages can come from a file, and a wrong one is refused by name", async (context) => {
  const managed = join(await temporaryFolder(context), "outputs.json");
  const credential = {
    clientId: guid(0, 2),
    applicationObjectId: guid(0, 1),
    vaultUri: "https://localhost:1",
    secretName: "mailman",
    readers: [],
  };
  await writeFile(managed, JSON.stringify({ credentials: { mailman: credential } }));
  const { code, out } = await run(context, { managed: [managed], json: true });
  const report = JSON.parse(out);
  // The vault of the stack is read too, and is not there.
  assert.equal(code, 1);
  assert.match(report.gaps[0].what, /^vault https:\/\/localhost:1$/);
  assert.deepEqual(
    report.findings.filter(({ kind }: { kind: string }) => kind === "hand-made-credential").length,
    1,
  );
  await writeFile(managed, "[]");
  const { thrown } = await run(context, { managed: [managed] });
  assert.ok(thrown instanceof CommandError);
  assert.match(thrown.message, /outputs\.json: is not what `pulumi stack output --json` prints/);
});

test("nobody counts as told whose report could not be written", async (context) => {
  const folder = await temporaryFolder(context);
  const notified = join(folder, "notified.json");
  const output = [join(folder, "gone", "x.json")];
  const { thrown } = await run(context, { output, notified }, goneMeanwhile(await subfolder(folder)));
  assert.ok(thrown instanceof CommandError);
  await assert.rejects(readFile(notified, "utf8"), /ENOENT/);
  const report = JSON.parse((await run(context, { json: true, notified })).out);
  assert.equal(report.notices[0].due.length, 1);
});

test("a record of who was told that is no use is refused before the directory is asked", async (context) => {
  const notified = join(await temporaryFolder(context), "notified.json");
  await writeFile(notified, "{}");
  let asked = 0;
  const { thrown } = await run(context, { notified }, () => {
    asked++;
    return error(503, "Broken");
  });
  assert.ok(thrown instanceof CommandError);
  assert.equal(thrown.exitCode, 2);
  assert.match(thrown.message, /--notified .* is not what an audit wrote there/);
  assert.equal(asked, 0);
});

test("a directory that does not answer in time ends with 9, and with how to go on", async (context) => {
  const late = new RestError("no answer within 60000 ms", { code: "ETIMEDOUT" });
  const resume = join(await temporaryFolder(context), "scan.state");
  const { thrown, out } = await run(context, { resume }, undefined, {
    createCredential: () => Promise.resolve({ getToken: () => Promise.reject(late) }),
  });
  assert.ok(thrown instanceof CommandError);
  assert.equal(thrown.exitCode, 9);
  assert.match(
    thrown.message,
    /^the directory cannot be read: .* failed: ETIMEDOUT\. Run it again with --resume/,
  );
  assert.equal(out, "");
});

test("a stack that is not there ends with 6, before the directory is asked", async (context) => {
  const folder = await temporaryFolder(context);
  const env = await isolatedEnvironment({
    PULUMI_BACKEND_URL: `file://${folder}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_HOME: folder,
  });
  let asked = 0;
  const answer: Answer = (question, origin) => {
    asked++;
    return answerFrom(directory, origin, question);
  };
  const { thrown } = await run(context, { stack: ["nowhere"] }, answer, { env });
  assert.ok(thrown instanceof CommandError, String(thrown));
  assert.equal(thrown.exitCode, 6);
  assert.match(thrown.message, /there is no such stack: .*nowhere/s);
  assert.equal(asked, 0);
});

test("on a terminal one line tells how far the audit is, and is gone at the end", async (context) => {
  let [told, code] = ["", undefined as number | undefined];
  const { write } = process.stderr;
  // Only while the command runs: the test runner writes, too.
  context.mock.method(process.stderr, "write", (text: string) => {
    told += text;
    return true;
  });
  const terminal = { out: () => undefined, err: () => undefined, verbatim: () => undefined };
  try {
    const { origin } = await startGraph(context, (question, from) => answerFrom(directory, from, question));
    code = await runAuditCommand(parseOptions({ graphUrl: origin, signIns: false }), {
      env: {},
      terminal: { ...terminal, interactive: true, style: (_, text) => text },
      createCredential: () => Promise.resolve(testCredential),
      audit: { random: () => 0, nowMs: () => NOW_MS, pauseMs: () => Promise.resolve() },
    });
  } finally {
    process.stderr.write = write;
  }
  assert.equal(code, 0);
  const lines = told.split("\r");
  assert.ok(lines.filter((line) => line.startsWith("Reading the directory")).length >= 5);
  for (const line of lines.slice(1)) assert.ok(line.endsWith("\u001b[K") && line.length < 90, line);
  assert.equal(lines.at(-1), "\u001b[K");
  assert.doesNotMatch(told, /\n/);
});

test("a failed audit takes its line of progress away, too", async (context) => {
  let told = "";
  const { write } = process.stderr;
  context.mock.method(process.stderr, "write", (text: string) => {
    told += text;
    return true;
  });
  const broken: Answer = (question, origin) =>
    question.url.includes("passwordCredentials")
      ? error(403, "Authorization_RequestDenied")
      : answerFrom(directory, origin, question);
  const { thrown } = await run(context, {}, broken, {
    terminal: {
      out: () => undefined,
      err: () => undefined,
      verbatim: () => undefined,
      interactive: true,
      style: (_, text) => text,
    },
  });
  process.stderr.write = write;
  assert.ok(thrown instanceof CommandError);
  assert.ok(told.endsWith("\r\u001b[K"), JSON.stringify(told));
});
