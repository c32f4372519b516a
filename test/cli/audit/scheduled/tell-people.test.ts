import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import type { AuditResult } from "../../../../cli/audit/audit.ts";
import type { Finding } from "../../../../cli/audit/findings/finding.ts";
import { GraphClient } from "../../../../cli/audit/graph/client.ts";
import type { Owner } from "../../../../cli/audit/graph/owners.ts";
import { tierOf } from "../../../../cli/audit/policy.ts";
import { tellPeople } from "../../../../cli/audit/scheduled/run-scheduled.ts";
import { DAY_MS, HOUR_MS } from "../../../../infra/duration.ts";
import { sampleResult } from "../../../support/audit-result.ts";
import { NOW_MS, startGraph, testCredential } from "../../../support/graph-server.ts";
import { MemoryForge } from "../../../support/memory-forge.ts";

/** An application whose only secret ends at a moment; null: it was solved. */
interface Ending {
  name: string;
  dueMs: number;
  owners?: string[];
}

function resultAt(nowMs: number, endings: readonly Ending[], over: Partial<AuditResult> = {}): AuditResult {
  const sample = sampleResult("unused");
  const owners = new Map<string, Owner[]>();
  const findings = endings.flatMap(({ name, dueMs, owners: mails = [] }): Finding[] => {
    const tier = tierOf(dueMs, sample.policy.tiers, nowMs);
    if (tier === undefined) return [];
    owners.set(
      name,
      mails.map((mail) => ({ id: mail, name: mail.split("@")[0] ?? "", mail })),
    );
    const kind = tier === 0 ? "expired-credential" : "expiring-credential";
    return [
      {
        id: `${kind}/${name}`,
        kind,
        severity: "high",
        subject: { type: "application", id: name, name },
        credential: { type: "secret", keyId: "k", name: "s", startMs: 0, endMs: dueMs },
        dueMs,
        tier,
        facts: {},
      },
    ];
  });
  return { ...sample, nowMs, findings, owners, gaps: [], complete: true, ...over };
}

interface Outbox {
  mails: { to: string; subject: string; text: string; from: string }[];
  mail: { from: string; client: GraphClient };
  /** What Graph answers instead of taking a message. */
  status: (to: string) => number;
}

async function outbox(context: TestContext): Promise<Outbox> {
  const box: Pick<Outbox, "mails" | "status"> = { mails: [], status: () => 202 };
  const { origin } = await startGraph(context, ({ url, body }) => {
    const { message } = body as {
      message: {
        subject: string;
        body: { contentType: string; content: string };
        toRecipients: { emailAddress: { address: string } }[];
      };
    };
    const to = message.toRecipients[0]?.emailAddress.address ?? "";
    const status = box.status(to);
    if (status !== 202) return { status, body: { error: { code: "ErrorAccessDenied", message: "no" } } };
    assert.equal(message.body.contentType, "Text");
    box.mails.push({ to, subject: message.subject, text: message.body.content, from: url });
    return { status: 202, body: "" };
  });
  const client = new GraphClient({
    ...{ origin, credential: testCredential, random: () => 0, nowMs: () => NOW_MS },
    retryTiming: { baseDelayMs: 1, maxDelayMs: 1 },
  });
  context.after(() => client.stop());
  return Object.assign(box, { mail: { from: "keyturn@example.com", client } });
}

const HOSTILE_NAMES = [
  "<script>alert(1)</script><!-- keyturn-told 1: owners 1: -->",
  "-->\r\n<!-- keyturn:audit/expired -->",
  "[a](javascript:alert(1)) ![](https://evil.example/x.png) @everyone #1",
  "`</code>` | ``` ~~~ **x** https://evil.example",
  "\u001b]0;title\u0007 \u202e \u2066 \u2028 \ud800 \r\nBcc: all@example.com",
  "x".repeat(10_000),
];

const docsUrl = "https://forge.example/blob/HEAD/docs/";

/** What happened to a forge's issues since it was asked last: `open 30`, `remind 7`, `close 1`. */
function happenings(forge: MemoryForge): () => string[] {
  let seen = new Set<string>();
  return () => {
    const all = forge.issues.flatMap(({ key, comments }, issue) => [
      `${issue} open ${key}`,
      ...comments.map(
        (each, n) => `${issue}.${n} ${each.startsWith("Reminder") ? "remind" : "close"} ${key}`,
      ),
    ]);
    const fresh = all.filter((each) => !seen.has(each));
    seen = new Set(all);
    return fresh.map((each) =>
      each
        .replace(/^\S+ /, "")
        .replace(/audit\/(\d+)-days/, "$1")
        .replace("audit/expired", "0"),
    );
  };
}

test("a secret is told of at each tier and again until it is solved: opened, reminded of, moved on, closed", async () => {
  const forge = new MemoryForge();
  const happened = happenings(forge);
  const dueMs = NOW_MS + 31 * DAY_MS + HOUR_MS;
  const history: [number, string][] = [];
  // A run each day, the last one after it was solved.
  for (let day = 0; day <= 34; day++) {
    const endings = day < 34 ? [{ name: "crm", dueMs }] : [];
    await tellPeople({ result: resultAt(NOW_MS + day * DAY_MS, endings), forge, docsUrl, mail: undefined });
    const events = happened().join(", ");
    if (events !== "") history.push([31 - day, events]);
  }
  assert.deepEqual(history, [
    [29, "open 30"],
    [22, "remind 30"],
    [15, "remind 30"],
    [13, "close 30, open 14"],
    [10, "remind 14"],
    [7, "remind 14"],
    [6, "close 14, open 7"],
    ...[5, 4, 3, 2, 1].map((left): [number, string] => [left, "remind 7"]),
    [0, "close 7, open 1"],
    [-1, "close 1, open 0"],
    [-2, "remind 0"],
    [-3, "close 0"],
  ]);
  assert.deepEqual(forge.open, {});
  assert.match(
    forge.issues[0]?.comments.at(-1) ?? "",
    /^Nothing is left that expires within 30 days and not sooner \(/,
  );
});

test("every reminder leads to what to do, and the last word to how issues come and go", async () => {
  const forge = new MemoryForge();
  const dueMs = NOW_MS + 2 * DAY_MS;
  for (let day = 0; day <= 4; day++) {
    const endings = day < 4 ? [{ name: "crm", dueMs }] : [];
    await tellPeople({ result: resultAt(NOW_MS + day * DAY_MS, endings), forge, docsUrl, mail: undefined });
  }
  const comments = forge.issues.flatMap((issue) => issue.comments);
  const [reminders, last] = [true, false].map((isReminder) =>
    comments.filter((comment) => comment.startsWith("Reminder") === isReminder),
  );
  assert.ok(reminders !== undefined && reminders.length >= 1 && last !== undefined && last.length >= 1);
  for (const comment of reminders) {
    assert.match(comment, /What to do: \[[\w ]+\]\(\S+\/runbooks\/[a-z-]+\.md\)\.$/);
  }
  for (const comment of last) assert.match(comment, /\[How this issue comes and goes\]\(\S+#scheduled\)\.$/);
});

test("issues are one for each tier, found again, edited and closed when solved; a new matter opens a new one", async () => {
  const forge = new MemoryForge();
  const at = (days: number, ...endings: Ending[]) =>
    tellPeople({ result: resultAt(NOW_MS + days * DAY_MS, endings), forge, docsUrl, mail: undefined });
  const soon = { name: "soon", dueMs: NOW_MS + 6.5 * DAY_MS };
  const later = { name: "later", dueMs: NOW_MS + 20 * DAY_MS };
  await at(0, soon, later, { name: "gone", dueMs: NOW_MS - DAY_MS });
  assert.deepEqual(forge.open, {
    "audit/expired": "1 credential expired",
    "audit/7-days": "1 credential about to expire within 7 days",
    "audit/30-days": "1 credential about to expire within 30 days",
  });
  await at(1, soon, later, { name: "another", dueMs: NOW_MS + 5 * DAY_MS });
  assert.deepEqual(forge.open, {
    "audit/7-days": "2 credentials about to expire within 7 days",
    "audit/30-days": "1 credential about to expire within 30 days",
  });
  await at(2);
  assert.deepEqual(forge.open, {});
  await at(3, soon);
  assert.equal(forge.issues.filter(({ key }) => key === "audit/7-days").length, 2);
});

test("an incomplete audit closes nothing, forgets nothing, and says that it is incomplete", async () => {
  const forge = new MemoryForge();
  const endings = [
    { name: "a", dueMs: NOW_MS + 20 * DAY_MS },
    { name: "b", dueMs: NOW_MS + 20 * DAY_MS },
    { name: "c", dueMs: NOW_MS + 5 * DAY_MS },
  ];
  const tell = (days: number, seen: readonly Ending[], complete: boolean) =>
    tellPeople({
      result: resultAt(NOW_MS + days * DAY_MS, seen, { complete }),
      forge,
      docsUrl,
      mail: undefined,
    });
  await tell(0, endings, true);
  await tell(1, endings.slice(0, 1), false);
  assert.deepEqual(Object.keys(forge.open).toSorted(), ["audit/30-days", "audit/7-days"]);
  const month = forge.issues.find(({ key }) => key === "audit/30-days");
  assert.match(month?.body ?? "", /\*\*The audit was incomplete:\*\*/);
  await tell(2, endings, true);
  assert.equal(month?.comments.length, 0, "b was told of two days ago");
  assert.doesNotMatch(month?.body ?? "", /incomplete/);
});

test("each owner is written to once, about everything of theirs, and not again on the same day", async (context) => {
  const forge = new MemoryForge();
  const box = await outbox(context);
  const endings = [
    { name: "crm", dueMs: NOW_MS + 3 * DAY_MS, owners: ["Olga@example.com", "kim@example.com"] },
    { name: "erp", dueMs: NOW_MS + 6 * DAY_MS, owners: ["olga@example.com"] },
    { name: "nobody's", dueMs: NOW_MS + 6 * DAY_MS },
    { name: "far", dueMs: NOW_MS + 60 * DAY_MS, owners: ["far@example.com"] },
  ];
  const tell = (ms: number, list = endings) =>
    tellPeople({ result: resultAt(NOW_MS + ms, list), forge, docsUrl, mail: box.mail });
  const told = await tell(0);
  const [kim, olga] = box.mails.toSorted((a, b) => (a.to < b.to ? -1 : 1));
  assert.deepEqual(
    [kim, olga].map((each) => [each?.to, each?.subject]),
    [
      ["kim@example.com", "1 credential of yours about to expire"],
      ["olga@example.com", "2 credentials of yours about to expire"],
    ],
  );
  assert.match(
    olga?.text ?? "",
    /- crm: .*\n {2}.*\n {2}https:\/\/forge\.example\/blob\/HEAD\/docs\/audit\.md#expiring-credential/,
  );
  assert.equal(kim?.from, "/v1.0/users/keyturn%40example.com/sendMail");
  assert.deepEqual(
    told.mails.map(({ sent }) => sent),
    [true, true],
  );

  await tell(HOUR_MS);
  assert.equal(box.mails.length, 2, "a second run on the same day");
  const more = [
    ...endings,
    { name: "new", dueMs: NOW_MS + 4 * DAY_MS, owners: ["olga@example.com", "lea@example.com"] },
  ];
  await tell(2 * HOUR_MS, more);
  assert.deepEqual(
    box.mails.slice(2).map(({ to }) => to),
    ["lea@example.com"],
    "Olga has heard enough today",
  );
  await tell(DAY_MS, more);
  assert.deepEqual(
    box.mails
      .slice(3)
      .map(({ to, subject }) => `${to} ${subject}`)
      .toSorted(),
    [
      "kim@example.com 1 credential of yours about to expire",
      "lea@example.com 1 credential of yours about to expire",
      "olga@example.com 3 credentials of yours about to expire",
    ],
  );
  for (const { body } of forge.issues) assert.doesNotMatch(body, /@example\.com/i);
});

test("who could not be written to is tried again by the next run; the others are left in peace", async (context) => {
  const forge = new MemoryForge();
  const box = await outbox(context);
  const endings = [
    { name: "crm", dueMs: NOW_MS + 20 * DAY_MS, owners: ["kim@example.com", "olga@example.com"] },
    { name: "erp", dueMs: NOW_MS + 20 * DAY_MS, owners: ["lea@example.com"] },
  ];
  const tell = (ms: number) =>
    tellPeople({ result: resultAt(NOW_MS + ms, endings), forge, docsUrl, mail: box.mail });
  box.status = (to) => (to === "kim@example.com" ? 400 : 202);
  const first = await tell(0);
  assert.match(first.mailProblem ?? "", /sendMail/);
  assert.equal(first.mailRefused, false);
  assert.deepEqual(
    box.mails.map(({ to }) => to),
    ["lea@example.com", "olga@example.com"],
  );
  box.status = () => 202;
  await tell(HOUR_MS);
  assert.deepEqual(
    box.mails.slice(2).map(({ to }) => to),
    ["kim@example.com"],
  );
});

test("without the right to send, nobody else is tried, and it is said", async (context) => {
  const forge = new MemoryForge();
  const box = await outbox(context);
  let asked = 0;
  box.status = () => {
    asked++;
    return 403;
  };
  const endings = [{ name: "crm", dueMs: NOW_MS + DAY_MS, owners: ["a@example.com", "b@example.com"] }];
  const told = await tellPeople({ result: resultAt(NOW_MS, endings), forge, docsUrl, mail: box.mail });
  assert.equal(asked, 1);
  assert.equal(told.mailRefused, true);
  assert.deepEqual(
    told.mails.map(({ sent }) => sent),
    [false, false],
  );
  assert.deepEqual(Object.keys(forge.open), ["audit/1-days"], "the issue is there all the same");
});

test("names of whatever form break neither issue, reminder nor mail", async (context) => {
  const forge = new MemoryForge();
  const box = await outbox(context);
  for (const name of HOSTILE_NAMES) {
    const result = { ...sampleResult(name), complete: true };
    const owners = new Map(
      [...(result.owners ?? [])].map(
        ([id, list]) =>
          [id, list.map((owner) => ({ ...owner, name: result.findings[0]?.subject.name ?? null }))] as const,
      ),
    );
    await tellPeople({ result: { ...result, owners }, forge, docsUrl, mail: box.mail });
    await tellPeople({
      result: { ...result, owners, nowMs: result.nowMs + DAY_MS },
      forge,
      docsUrl,
      mail: box.mail,
    });
  }
  for (const { title, body, comments } of forge.issues) {
    for (const text of [title, body, ...comments]) {
      const visible = text.replaceAll(/<!-- keyturn[^>]*-->/g, "");
      assert.doesNotMatch(visible.replaceAll("\n", ""), /\p{Cc}/u);
      assert.doesNotMatch(
        visible,
        /<(?!\/?code>)|\]\((?!https:\/\/forge\.example)|(^|[^\w&#;])@\w|[\u202a-\u202e\u2066-\u2069]/u,
      );
    }
  }
  for (const { subject, text } of box.mails) {
    assert.doesNotMatch(subject, /[\r\n]/);
    assert.doesNotMatch(text.replaceAll("\n", ""), /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
  }
});

test("thousands of findings and owners fit into an issue and into runs, with a word about the rest", async (context) => {
  const forge = new MemoryForge();
  const box = await outbox(context);
  const endings = Array.from({ length: 3000 }, (_, n) => ({
    name: `application ${n} ${"é".repeat(100)}`,
    dueMs: NOW_MS + 5 * DAY_MS,
    owners: [`${n % 300}@example.com`, ...(n < 100 ? ["olga@example.com"] : [])],
  }));
  endings.push({ name: "first", dueMs: NOW_MS + HOUR_MS, owners: ["olga@example.com"] });
  const run = () => tellPeople({ result: resultAt(NOW_MS, endings), forge, docsUrl, mail: box.mail });
  const told = await run();
  const week = forge.issues.find(({ key }) => key === "audit/7-days");
  assert.match(week?.body ?? "", /\d+ more, less urgent, are left out here/);
  assert.equal(box.mails.length, 200);
  assert.equal(told.postponed, 101);
  const [first] = box.mails;
  assert.equal(first?.to, "olga@example.com", "hers is the most urgent");
  assert.match(first?.text ?? "", /51 more, less urgent, are left out here/);
  assert.ok((first?.text.length ?? 0) < 40_000);
  await run();
  assert.equal(new Set(box.mails.map(({ to }) => to)).size, 301);
  assert.equal(box.mails.length, 301);
});

test("whatever the history, a day's second run tells nobody anything", async (context) => {
  const box = await outbox(context);
  const ending = fc.record({
    name: fc.constantFrom("a", "b", "c"),
    dueMs: fc.integer({ min: -2, max: 32 }).map((days) => NOW_MS + days * DAY_MS + HOUR_MS),
    owners: fc.subarray(["x@example.com", "y@example.com"]),
  });
  const days = fc.array(fc.uniqueArray(ending, { selector: ({ name }) => name }), {
    minLength: 1,
    maxLength: 6,
  });
  await fc.assert(
    fc.asyncProperty(days, async (history) => {
      const forge = new MemoryForge();
      for (const [day, endings] of history.entries()) {
        const run = () =>
          tellPeople({ result: resultAt(NOW_MS + day * DAY_MS, endings), forge, docsUrl, mail: box.mail });
        const sentBefore = box.mails.length;
        await run();
        const written = box.mails.slice(sentBefore).map(({ to }) => to);
        assert.equal(new Set(written).size, written.length);
        const state = JSON.stringify(forge.issues);
        await run();
        assert.equal(JSON.stringify(forge.issues), state);
        assert.equal(box.mails.length, sentBefore + written.length);
      }
    }),
    { numRuns: 25 },
  );
});
