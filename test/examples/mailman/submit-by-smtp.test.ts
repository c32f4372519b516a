import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import type { Customer } from "../../../examples/mailman/src/customer.ts";
import type { QueuedMessage } from "../../../examples/mailman/src/message.ts";
import type { SubmissionError } from "../../../examples/mailman/src/submission.ts";
import { submitBySmtp } from "../../../examples/mailman/src/submit-by-smtp.ts";

const customer: Customer = {
  id: "ann",
  mailbox: "ann@contoso.test",
  way: "smtp",
  signIn: { as: "application", tenantId: "8a7f0000-0000-4000-8000-000000000001" },
};
const message: QueuedMessage = {
  id: 1,
  messageId: "<1@crm.test>",
  customer: "ann",
  to: ["bob@contoso.test"],
  subject: "Hello",
  text: "Good morning.",
  acceptedAtMs: 0,
  attempts: 0,
};

/** A server that does what `talk` does with each connection. */
async function serve(t: TestContext, talk: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    talk(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Never silent for long, and never done. */
const drip = (socket: Socket) => {
  const timer = setInterval(() => socket.write("220-one moment\r\n"), 5);
  socket.once("close", () => clearInterval(timer));
};

test("does not wait for a server that is never silent and never done", async (t) => {
  const port = await serve(t, drip);
  const submit = submitBySmtp({ host: "127.0.0.1", port, timeoutMs: 100 });
  await assert.rejects(submit(customer, "token", message), {
    name: "SubmissionError",
    kind: "unknown-outcome",
  });
});

test("breaks off when it is told to, and closes the connection", async (t) => {
  const stop = new AbortController();
  let closed: Promise<unknown> | undefined;
  const port = await serve(t, (socket) => {
    drip(socket);
    closed = once(socket, "close");
    stop.abort(new Error("Mailman stops."));
  });
  const submit = submitBySmtp({ host: "127.0.0.1", port });
  await assert.rejects(submit(customer, "token", message, stop.signal), { kind: "unknown-outcome" });
  await closed;
});

test("repeats no address that a server has put into its answer", async (t) => {
  const port = await serve(t, (socket) =>
    socket.write("554 5.7.1 <bob@contoso.test>: refused, ask help@isp.test\r\n"),
  );
  const submit = submitBySmtp({ host: "127.0.0.1", port });
  await assert.rejects(submit(customer, "token", message), (error: SubmissionError) => {
    assert.match(error.message, /^CONN: 554 5\.7\.1 <address>: refused, ask <address>$/);
    return error.kind === "transient";
  });
});
