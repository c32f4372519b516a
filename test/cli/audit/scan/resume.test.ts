import assert from "node:assert/strict";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { auditPolicy } from "../../../../cli/audit/policy.ts";
import { CommandError } from "../../../../cli/exit-codes.ts";
import { auditDirectory, auditServer } from "../../../support/audit.ts";
import { tenant } from "../../../support/audit-tenant.ts";
import { answerFrom, error, type GraphAnswer } from "../../../support/graph-directory.ts";
import { NOW_MS, startGraph } from "../../../support/graph-server.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";

test("a scan that breaks off anywhere goes on from there, and finds the same", async (context) => {
  const directory = tenant(6000);
  const whole = await auditDirectory(context, directory);
  const total = whole.server.questions.length;
  for (const failAt of [2, 6, 12, Math.floor(total / 2), total - 2]) {
    const file = join(await temporaryFolder(context), "scan");
    let [asked, down] = [0, false];
    const server = await startGraph(context, (question, origin): GraphAnswer => {
      asked++;
      if (asked === failAt) down = true;
      // Not one of those that are tried again.
      return down ? error(409, "Broken") : answerFrom(directory, origin, question);
    });
    const first = await auditServer(server, { resumeFile: file }).catch(() => undefined);
    assert.notEqual(first?.complete, true);
    down = false;
    asked = Number.NEGATIVE_INFINITY;
    const before = server.questions.length;
    const second = await auditServer(server, { resumeFile: file });
    assert.equal(second.complete, true);
    assert.deepEqual(second.read, whole.result.read);
    assert.deepEqual(second.findings, whole.result.findings);
    assert.deepEqual(second.calendar, whole.result.calendar);
    if (failAt > total / 2) assert.ok(server.questions.length - before < total / 2 + 10);
    await assert.rejects(stat(file), "the state of a finished scan is removed");
  }
});

test("a scan that goes on judges by the time when it began", async (context) => {
  const file = join(await temporaryFolder(context), "scan");
  const later = { date: new Date(NOW_MS + 20 * 3_600_000).toUTCString() };
  let isLater = false;
  const server = await startGraph(context, (question, origin): GraphAnswer => {
    if (!isLater && question.url.startsWith("/v1.0/servicePrincipals?")) return error(409, "Broken");
    return { ...answerFrom(tenant(30), origin, question), ...(isLater ? { headers: later } : {}) };
  });
  await auditServer(server, { resumeFile: file });
  isLater = true;
  assert.equal((await auditServer(server, { resumeFile: file })).nowMs, NOW_MS);
  assert.equal((await auditServer(server)).nowMs, NOW_MS + 20 * 3_600_000);
});

test("going on survives a page address that has expired and a line that was cut", async (context) => {
  const directory = tenant(3000);
  const file = join(await temporaryFolder(context), "scan");
  let [brokenAt, tokensExpire] = ["skiptoken=999", false];
  const server = await startGraph(context, (question, origin): GraphAnswer => {
    if (question.url.includes(brokenAt)) return error(409, "Broken");
    if (tokensExpire && question.url.includes("skiptoken")) {
      tokensExpire = false;
      return error(400, "Directory_ExpiredPageToken");
    }
    return answerFrom(directory, origin, question);
  });
  await auditServer(server, { resumeFile: file });
  const cutLine = async () => writeFile(file, `${await readFile(file, "utf8")}{"type":"page","cha`);
  await cutLine();
  // Breaks off once more, later: what is written now must not go on behind the cut line.
  brokenAt = "skiptoken=1998";
  await auditServer(server, { resumeFile: file });
  await cutLine();
  [brokenAt, tokensExpire] = ["nowhere", true];
  const result = await auditServer(server, { resumeFile: file });
  assert.equal(tokensExpire, false);
  assert.equal(result.complete, true);
  assert.equal(result.read.applications, 3000);
});

test("a state file of another audit, or of none, is refused", async (context) => {
  const file = join(await temporaryFolder(context), "scan");
  const directory = tenant(30);
  const server = await startGraph(context, (question, origin) =>
    question.url.startsWith("/v1.0/servicePrincipals?")
      ? error(409, "Broken")
      : answerFrom(directory, origin, question),
  );
  await auditServer(server, { resumeFile: file });
  await assert.rejects(
    auditServer(server, { resumeFile: file, policy: auditPolicy({ days: 60 }) }),
    /of an audit with other flags/,
  );
  const cases: [string, RegExp][] = [
    [
      (await readFile(file, "utf8")).replace('"tenant":null', '"tenant":"other"'),
      /of another tenant \(other\)/,
    ],
    [(await readFile(file, "utf8")).replace(/"nowMs":\d+/, '"nowMs":1'), /more than a day ago/],
    ["{}\n", /is no state of an audit/],
    ["hello\n", /is damaged/],
    [`${await readFile(file, "utf8")}{"type":"page"}\n`, /is damaged/],
    [`${await readFile(file, "utf8")}nonsense\n`, /is damaged/],
  ];
  for (const [content, message] of cases) {
    await writeFile(file, content);
    await assert.rejects(
      auditServer(server, { resumeFile: file }),
      (thrown: unknown) =>
        thrown instanceof CommandError && message.test(thrown.message) && thrown.exitCode === 2,
    );
  }
});
