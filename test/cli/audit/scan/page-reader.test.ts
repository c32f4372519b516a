import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { gzipSync } from "node:zlib";
import type { Finding } from "../../../../cli/audit/findings/finding.ts";
import { managedKeys } from "../../../../cli/audit/findings/managed-keys.ts";
import { GraphError } from "../../../../cli/audit/graph/errors.ts";
import type { PackedBody } from "../../../../cli/audit/graph/packed-body.ts";
import { GuidTable } from "../../../../cli/audit/guid-table.ts";
import { auditPolicy } from "../../../../cli/audit/policy.ts";
import type { PageJudging } from "../../../../cli/audit/scan/judge-page.ts";
import { PageReader } from "../../../../cli/audit/scan/page-reader.ts";
import { readPage } from "../../../../cli/audit/scan/read-page.ts";
import { CommandError } from "../../../../cli/exit-codes.ts";
import { DAY_MS } from "../../../../infra/duration.ts";
import { application, guid, numbers, secret } from "../../../support/audit.ts";
import { NOW_MS } from "../../../support/graph-server.ts";

/** Not empty in anything that a thread is given. */
function judging(): PageJudging {
  const lastUsedDay = new GuidTable();
  for (const number of numbers(900)) lastUsedDay.set(guid(number, 9), Math.floor(NOW_MS / DAY_MS) - number);
  lastUsedDay.set("no GUID", 1);
  const managed = {
    ...{ name: "mailman", stack: "prod", clientId: guid(25, 2), applicationObjectId: guid(25, 1) },
    keys: [{ keyId: guid(4, 9), role: "current" as const, endMs: null }],
    ...{ vaultUri: "https://kv.vault.azure.net", secretName: "mailman" },
    ...{ lifetimeMs: null, rotationMs: null, pendingGeneration: null },
  };
  return {
    policy: auditPolicy(),
    nowMs: NOW_MS,
    managed: managedKeys([managed]),
    lastUsedDay,
    wantedKeys: new Set([guid(4, 9), guid(5, 9)]),
    calendarEndMs: NOW_MS + 365 * DAY_MS,
  };
}

const document = (size: number) =>
  JSON.stringify({
    "@odata.nextLink": "https://graph.microsoft.com/v1.0/applications?$skiptoken=x",
    "@odata.count": 10_000,
    value: [
      null,
      ...numbers(size).map((number) =>
        application(number, {
          passwordCredentials: [secret(number, -400, (number % 400) - 20, "keyturn/x")],
        }),
      ),
    ],
  });

function body(text: string, isGzip = false): PackedBody {
  return { bytes: new Uint8Array(isGzip ? gzipSync(text) : Buffer.from(text)), isGzip };
}

const LARGE = document(999);

/** A thread that does something else than what it should. */
const threadOf = (code: string) => () => new Worker(code, { eval: true });

test("a thread reads a page as this one does, whatever it is judged by", async (context) => {
  const reader = new PageReader(judging());
  context.after(() => reader.close());
  reader.start();
  reader.start();
  for (const isGzip of [true, false]) {
    const here = readPage("applications", body(LARGE, isGzip), judging());
    assert.ok("value" in here && here.value !== undefined);
    assert.equal(here.value.content.objectIds.length, 999);
    assert.equal(here.value.content.unreadable, 1);
    const kinds = here.value.content.outcomes.flatMap(({ findings = "[]" }) =>
      (JSON.parse(findings) as Finding[]).map(({ kind }) => kind),
    );
    assert.deepEqual([...new Set(kinds)].sort(), [
      "expired-credential",
      "expiring-credential",
      "hand-made-credential",
      "lifetime-too-long",
      "unused-credential",
    ]);
    const [there, again] = await Promise.all([
      reader.read("applications", body(LARGE, isGzip)),
      reader.read("applications", body(LARGE, isGzip)),
    ]);
    assert.deepEqual(there, here);
    assert.deepEqual(again, here);
  }
  assert.deepEqual(
    await reader.read("servicePrincipals", body("{}")),
    readPage("servicePrincipals", body("{}"), judging()),
  );
});

test("there is no thread before it is asked for", async (context) => {
  let threads = 0;
  const reader = new PageReader(judging(), () => {
    threads++;
    return threadOf("setInterval(() => {}, 1000)")();
  });
  context.after(() => reader.close());
  const reading = await reader.read("applications", body(document(10), true));
  assert.ok("value" in reading && reading.value?.size === 11);
  assert.equal(threads, 0);
  reader.start();
  assert.equal(threads, 1);
});

const deaths: [string, string, (error: Error) => boolean][] = [
  [
    "ends",
    `require("node:worker_threads").parentPort.on("message", () => process.exit(7))`,
    (error) =>
      error instanceof CommandError && /the thread of the audit.* ended with code 7/.test(error.message),
  ],
  [
    "ends before it has begun",
    "process.exit(0)",
    (error) =>
      error instanceof CommandError && /the thread of the audit.* ended with code 0/.test(error.message),
  ],
  [
    "runs out of memory",
    // Said as Node says it: to run out of it indeed may end the whole process of the tests.
    `require("node:worker_threads").parentPort.on("message", () => { throw Object.assign(new Error("memory limit"), { code: "ERR_WORKER_OUT_OF_MEMORY" }); })`,
    (error) =>
      error instanceof CommandError && /the thread of the audit.* ran out of memory/.test(error.message),
  ],
  [
    "fails by a mistake of ours",
    `require("node:worker_threads").parentPort.on("message", () => { throw new TypeError("our mistake"); })`,
    (error) => error instanceof TypeError && error.message === "our mistake",
  ],
];

for (const [what, code, isClear] of deaths) {
  test(`a thread that ${what} is an error for every page, now and later`, async (context) => {
    const reader = new PageReader(judging(), threadOf(code));
    context.after(() => reader.close());
    reader.start();
    const waiting = numbers(9).map(() => reader.read("applications", body(LARGE)));
    for (const outcome of await Promise.allSettled(waiting)) {
      assert.ok(outcome.status === "rejected" && isClear(outcome.reason), JSON.stringify(outcome));
    }
    await assert.rejects(reader.read("applications", body(LARGE)), isClear);
  });
}

test("who waits for a page when all is ended gets an error", async () => {
  const reader = new PageReader(judging(), threadOf("setInterval(() => {}, 1000)"));
  reader.start();
  const waiting = Promise.allSettled(numbers(9).map(() => reader.read("applications", body(LARGE))));
  await reader.close();
  for (const outcome of await waiting) {
    assert.ok(outcome.status === "rejected" && outcome.reason instanceof GraphError);
    assert.equal(outcome.reason.message, "the audit was stopped");
  }
  await assert.rejects(reader.read("applications", body(LARGE)), { message: "the audit was stopped" });
});
