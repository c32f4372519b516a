import assert from "node:assert/strict";
import { test } from "node:test";
import { mailLines } from "../../../cli/sandbox/mail.ts";
import { controlHandlers } from "../../../sandbox/host/control-operations.ts";
import { createSandbox } from "../../../sandbox/host/create-sandbox.ts";
import { acceptMessage } from "../../../sandbox/mail/messages.ts";

test("lists what the mail service delivered, and lets no subject steer the terminal", async (t) => {
  const sandbox = await createSandbox({ seed: "mail", nowMs: Date.parse("2025-02-14T11:30:00Z") });
  t.after(() => sandbox.close());
  const { store, clock, randomness } = sandbox;
  await store.update(({ mail }) => {
    acceptMessage(
      mail,
      {
        internetMessageId: "<1@crm.test>",
        submittedBy: "smtp",
        appId: "8a7f0000-0000-4000-8000-000000000002",
        senderId: "8a7f0000-0000-4000-8000-000000000009",
        from: "ann@contoso.test",
        to: ["bob@contoso.test"],
        cc: [],
        bcc: ["dee@contoso.test"],
        subject: "Hello\u001b[2J\nGood bye",
        contentType: "text",
        content: "Good morning.",
        savedToSentItems: true,
      },
      { nowMs: clock.nowMs(), randomness },
    );
  });
  const messages = await controlHandlers.mail(sandbox, {});
  assert.equal(messages[0]?.content, "Good morning.");
  assert.deepEqual(
    mailLines(messages).map((line) => line.trimEnd().split(/ {2,}/)),
    [
      ["WHEN", "BY", "FROM", "TO", "SUBJECT", "MESSAGE-ID"],
      [
        "2025-02-14T11:30:00Z",
        "smtp",
        "ann@contoso.test",
        "bob@contoso.test, dee@contoso.test",
        "Hello [2J Good bye",
        "<1@crm.test>",
      ],
    ],
  );
});
