import assert from "node:assert/strict";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { JournalFile, type JournalHandle } from "../../../../cli/audit/scan/journal-file.ts";
import { CommandError } from "../../../../cli/exit-codes.ts";
import { application, auditDirectory, auditServer, numbers, secret } from "../../../support/audit.ts";
import {
  answerFrom,
  error,
  type GraphAnswer,
  type GraphDirectory,
} from "../../../support/graph-directory.ts";
import { startGraph } from "../../../support/graph-server.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";

test("pages of megabytes that come side by side are written one after another, and gone on from", async (context) => {
  const directory: GraphDirectory = {
    applications: numbers(12_000).map((number) =>
      application(number, {
        passwordCredentials: [0, 1, 2, 3].map((each) => secret(number * 4 + each, -100, -10)),
      }),
    ),
    servicePrincipals: [],
  };
  const file = join(await temporaryFolder(context), "scan");
  let [asked, down] = [0, false];
  const server = await startGraph(context, (question, origin): GraphAnswer => {
    asked++;
    if (asked === 30) down = true;
    return down ? error(409, "Broken") : answerFrom(directory, origin, question);
  });
  const args = { resumeFile: file, concurrency: 16 };
  const first = await auditServer(server, args).catch(() => undefined);
  assert.notEqual(first?.complete, true);
  const lines = (await readFile(file, "utf8")).trimEnd().split("\n");
  assert.ok(lines.length > 10);
  assert.ok(lines.some((line) => line.length > 512 * 1024));
  for (const line of lines) JSON.parse(line);
  down = false;
  asked = Number.NEGATIVE_INFINITY;
  const result = await auditServer(server, args);
  assert.equal(result.complete, true);
  assert.equal(result.read.applications, 12_000);
  assert.equal(result.read.credentials, 48_000);
  await assert.rejects(stat(file));
});

test("a state file that cannot be is told of before the directory is asked", async (context) => {
  const folder = await temporaryFolder(context);
  const server = await startGraph(context, () => error(503, "Broken"));
  const cases: [string, RegExp][] = [
    [join(folder, "nowhere", "scan"), /--resume .*nowhere\/scan: the file cannot be opened: ENOENT/],
    [folder, /--resume .*: the file cannot be (opened|read): EISDIR/],
    ["/dev/null", /--resume \/dev\/null: the file is no regular file/],
  ];
  for (const [resumeFile, message] of cases) {
    await assert.rejects(
      auditServer(server, { resumeFile }),
      (thrown: unknown) =>
        thrown instanceof CommandError && thrown.exitCode === 2 && message.test(thrown.message),
    );
  }
  assert.deepEqual(server.questions, []);
});

test("an audit that fails before it has read anything leaves no state file", async (context) => {
  const file = join(await temporaryFolder(context), "scan");
  const { server } = await auditDirectory(context, { applications: [], servicePrincipals: [] });
  assert.ok(server.questions.length > 0);
  const refusing = await startGraph(context, () => error(403, "Authorization_RequestDenied"));
  await assert.rejects(auditServer(refusing, { resumeFile: file }));
  await assert.rejects(stat(file));
});

test("a disk that fills up ends the writing, and the error says so", async () => {
  const written: string[] = [];
  const file = new JournalFile("scan", {
    readFile: () => Promise.resolve(""),
    write: (bytes: Buffer) => {
      if (written.length === 2) return Promise.reject(new Error("ENOSPC: no space left on device, write"));
      written.push(bytes.toString());
      return Promise.resolve({ bytesWritten: bytes.length, buffer: bytes });
    },
    truncate: () => Promise.resolve(),
    close: () => Promise.resolve(),
  } as unknown as JournalHandle);
  assert.deepEqual(await file.begin(), []);
  const outcomes = await Promise.allSettled(["one", "two", "three"].map((line) => file.append(line)));
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ["fulfilled", "rejected", "rejected"],
  );
  assert.deepEqual(written, [" ", "one\n"]);
  const [, second] = outcomes;
  assert.ok(second?.status === "rejected" && second.reason instanceof CommandError);
  assert.match(second.reason.message, /--resume scan: the file cannot be written: ENOSPC/);
  assert.equal(second.reason.exitCode, 1);
});

test("a disk that is full already is told of before the directory is asked", async () => {
  const full = {
    readFile: () => Promise.resolve(""),
    write: () => Promise.reject(new Error("ENOSPC: no space left on device, write")),
  } as unknown as JournalHandle;
  await assert.rejects(
    new JournalFile("scan", full).begin(),
    (thrown: unknown) =>
      thrown instanceof CommandError && thrown.exitCode === 2 && /ENOSPC/.test(thrown.message),
  );
});

test("a file that holds something else is refused, and left as it is", async (context) => {
  const file = join(await temporaryFolder(context), "notes.txt");
  await writeFile(file, "my notes");
  const server = await startGraph(context, () => error(503, "Broken"));
  await assert.rejects(
    auditServer(server, { resumeFile: file }),
    (thrown: unknown) => thrown instanceof CommandError && /is no state of an audit/.test(thrown.message),
  );
  assert.equal(await readFile(file, "utf8"), "my notes");
  assert.deepEqual(server.questions, []);
});
