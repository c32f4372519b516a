import assert from "node:assert/strict";
import { connect } from "node:net";
import { Readable } from "node:stream";
import { test } from "node:test";
import { createTransport, type SendMailOptions } from "nodemailer";
import { requestClientCredentialsToken } from "../../../runtime/src/token-request.ts";
import { exchangeOnline } from "../../../sandbox/entra/well-known/exchange-online.ts";
import { addApplication, addUser, grantRole } from "../../support/directory.ts";
import { startTrustedSandbox, type TrustedSandbox } from "../../support/trusted-sandbox.ts";

const exchangeScope = "https://outlook.office365.com/.default";

/** An application that may send as any mailbox, and one mailbox. */
async function world(started: TrustedSandbox, role: string | undefined = "SMTP.SendAsApp") {
  const { directory, origin, tenantId } = started;
  const { clientId, secret, principalId } = await addApplication(directory);
  if (role !== "") await grantRole(directory, { principalId, resourceAppId: exchangeOnline.appId, role });
  const { mail } = await addUser(directory, "ann");
  const token = async (scope = exchangeScope) => {
    const request = { authorityHost: origin, tenantId, clientId, clientSecret: secret, scope };
    const outcome = await requestClientCredentialsToken(request);
    return outcome.ok ? outcome.token.accessToken : assert.fail(outcome.failure.kind);
  };
  return { token, mailbox: mail ?? "" };
}

function send(
  { sandbox }: TrustedSandbox,
  auth: { user: string; accessToken: string },
  message: SendMailOptions = {},
): Promise<{ response: string }> {
  const transport = createTransport({
    host: "localhost",
    port: sandbox.ports.smtp,
    requireTLS: true,
    auth: { type: "OAuth2", ...auth },
  });
  return transport
    .sendMail({
      from: auth.user,
      to: "bob@contoso.test",
      subject: "Hello",
      text: "Good morning.",
      ...message,
    })
    .finally(() => transport.close());
}

const refusedWith = (responseCode: number, text: RegExp) => (error: unknown) =>
  error instanceof Error &&
  "responseCode" in error &&
  error.responseCode === responseCode &&
  "response" in error &&
  text.test(String(error.response));

test("delivers what an application sends as a mailbox, and lists it", async () => {
  await using started = await startTrustedSandbox({ seed: "smtp" });
  const { token, mailbox } = await world(started);
  await send(
    started,
    { user: mailbox, accessToken: await token() },
    {
      messageId: "<one@crm.test>",
      to: "Bob <bob@contoso.test>",
      cc: "cy@contoso.test",
      bcc: "dee@contoso.test",
    },
  );
  const [message, ...others] = started.sandbox.store.state.mail.messages;
  assert.equal(others.length, 0);
  assert.equal(message?.internetMessageId, "<one@crm.test>");
  assert.equal(message?.submittedBy, "smtp");
  assert.equal(message?.from, mailbox);
  assert.deepEqual(
    [message?.to, message?.cc, message?.bcc],
    [["bob@contoso.test"], ["cy@contoso.test"], ["dee@contoso.test"]],
  );
  assert.equal(message?.subject, "Hello");
  assert.equal(message?.content, "Good morning.");
});

test("refuses tokens that are foreign, expired, for something else, or without the right", async () => {
  await using started = await startTrustedSandbox({ seed: "smtp" });
  const { token, mailbox } = await world(started);
  const refused = refusedWith(535, /^535 5\.7\.3 Authentication unsuccessful/);
  await assert.rejects(send(started, { user: mailbox, accessToken: "nonsense" }), refused);
  await assert.rejects(
    send(started, { user: mailbox, accessToken: await token("https://graph.microsoft.com/.default") }),
    refused,
  );
  await assert.rejects(send(started, { user: "nobody@contoso.test", accessToken: await token() }), refused);
  const old = await token();
  await started.sandbox.timeline.advance(2 * 3_600_000);
  await assert.rejects(send(started, { user: mailbox, accessToken: old }), refused);
  await send(started, { user: mailbox, accessToken: await token() });
  await using other = await startTrustedSandbox({ seed: "another tenant" });
  const stranger = await world(other);
  await assert.rejects(send(started, { user: mailbox, accessToken: await stranger.token() }), refused);
  assert.equal(started.sandbox.store.state.mail.messages.length, 1);
});

test("refuses an application without SMTP.SendAsApp, and a sender that is not the mailbox", async () => {
  await using started = await startTrustedSandbox({ seed: "smtp" });
  const { token, mailbox } = await world(started, "IMAP.AccessAsApp");
  await assert.rejects(
    send(started, { user: mailbox, accessToken: await token() }),
    refusedWith(535, /5\.7\.3/),
  );
  await using allowed = await startTrustedSandbox({ seed: "smtp 2" });
  const other = await world(allowed);
  await assert.rejects(
    send(allowed, { user: other.mailbox, accessToken: await other.token() }, { from: "boss@contoso.test" }),
    refusedWith(550, /5\.7\.60/),
  );
});

test("wants STARTTLS before it hears of a token", async () => {
  await using started = await startTrustedSandbox({ seed: "smtp" });
  const talk = ["EHLO client\r\n", "AUTH XOAUTH2 eA==\r\n", "QUIT\r\n"];
  const heard = await new Promise<string>((resolve, reject) => {
    let text = "";
    const socket = connect(started.sandbox.ports.smtp, "127.0.0.1");
    socket.on("error", reject).on("close", () => resolve(text));
    socket.on("data", (chunk) => {
      text += chunk;
      if (/^\d{3} .*\r\n$/m.test(String(chunk))) socket.write(talk.shift() ?? "");
    });
  });
  assert.match(heard, /250-?[ ]?STARTTLS/);
  assert.match(heard, /^538 /m);
  assert.doesNotMatch(heard, /^235 /m);
});

test("lets faults strike every step", async () => {
  await using started = await startTrustedSandbox({ seed: "smtp" });
  const { faults, store } = started.sandbox;
  const { token, mailbox } = await world(started);
  const auth = { user: mailbox, accessToken: await token() };
  for (const [operation, status] of [
    ["smtp.connect", 421],
    ["smtp.auth", 454],
    ["smtp.mail", 451],
    ["smtp.rcpt", 550],
    ["smtp.data", 432],
  ] as const) {
    const rule = await faults.add({ match: { face: "smtp", operation }, effect: { kind: "status", status } });
    await assert.rejects(send(started, auth), refusedWith(status, new RegExp(`^${status} `)), operation);
    await faults.clear(rule.id);
  }
  assert.equal(store.state.mail.messages.length, 0);
  await faults.add({
    match: { operation: "smtp.data", path: mailbox },
    when: { kind: "nth", n: 1 },
    effect: { kind: "reset", after: true },
  });
  await assert.rejects(send(started, auth, { messageId: "<lost-answer@crm.test>" }));
  assert.equal(store.state.mail.messages.length, 1, "the message was accepted, only the answer was lost");
  const calls = started.sandbox.calls.list().filter(({ face }) => face === "smtp");
  assert.deepEqual(calls.at(-1)?.outcome, "cut off");
});

test("lets go of its port in the end", async () => {
  const started = await startTrustedSandbox({ seed: "smtp" });
  assert.ok(started.sandbox.ports.smtp > 0);
  await started[Symbol.asyncDispose]();
  await assert.rejects(
    new Promise((_, reject) => connect(started.sandbox.ports.smtp, "127.0.0.1").on("error", reject)),
    { code: "ECONNREFUSED" },
  );
});

test("takes a client that goes away in the middle of its message for no failure of its own", async () => {
  await using started = await startTrustedSandbox({ seed: "smtp" });
  const { token, mailbox } = await world(started);
  const leave = new AbortController();
  const text = Readable.from(
    (async function* () {
      yield "The first half\r\n".repeat(5_000);
      await new Promise((resolve) => setImmediate(resolve));
      leave.abort();
      await new Promise(() => {}); // The second half never comes.
    })(),
  );
  const { signal } = leave;
  await assert.rejects(send(started, { user: mailbox, accessToken: await token() }, { text, signal }));
  const ended = () => {
    const { operation, outcome } = started.sandbox.calls.list().at(-1) ?? {};
    return operation === "smtp.data" && outcome !== "open";
  };
  for (let round = 0; !ended(); round++) {
    assert.ok(round < 1_000, "the sandbox never noticed");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.equal(started.sandbox.store.state.mail.messages.length, 0);
});
