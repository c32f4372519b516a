import type { AddressInfo, Server, Socket } from "node:net";
import type { Readable } from "node:stream";
import { SMTPServer, type SMTPServerSession } from "smtp-server";
import type { Clock } from "../clock.ts";
import type { FaceCertificate } from "../https/certificate.ts";
import { SigningKeys } from "../https/login/signing-keys.ts";
import type { Addresses } from "../https/services.ts";
import type { Randomness } from "../randomness.ts";
import type { Store } from "../store.ts";
import { checkRecipient, checkSender, SmtpRefusal, type Submitter, signIn, submit } from "./submission.ts";

/** Exchange Online's limit by default is 35 MB (https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits). */
const LONGEST_MESSAGE_BYTES = 35 * 2 ** 20;
/** Real time: how long a client may stay silent. */
const SILENCE_TIMEOUT_MS = 60_000;

/** One step of a conversation, as an observer sees it. */
export interface SmtpCall {
  /** `smtp.connect`, `smtp.auth`, `smtp.mail`, `smtp.rcpt` or `smtp.data`. */
  operation: string;
  /** The mailbox, once it is known. */
  path: string;
  /** Aborts when the client has gone away. */
  signal: AbortSignal;
}

/** How a step ends when nothing is refused. `break` breaks the connection instead of answering. */
export type SmtpOutcome = "ok" | "break";

/** Stands by every step: for faults, logs and tests. */
export interface SmtpObserver {
  /** Stands around the step; may refuse it by throwing SmtpRefusal. */
  around?(call: SmtpCall, proceed: () => Promise<SmtpOutcome>): Promise<SmtpOutcome>;
  /** A step failed for a reason that is the sandbox's own fault. */
  failed?(call: SmtpCall, error: unknown): void;
}

export interface SmtpFaceArgs {
  store: Store;
  clock: Clock;
  randomness: Randomness;
  /** The HTTPS face's: what tokens name as their audience. */
  addresses: Addresses;
  certificate: FaceCertificate;
  /** 0, the default, takes a free one. */
  port?: number;
  observer?: SmtpObserver;
}

/** Mail submission as Exchange Online offers it: STARTTLS, then XOAUTH2 (RFC 6409, RFC 3207). */
export interface SmtpFace {
  host: "localhost";
  port: number;
  close(): Promise<void>;
}

/** Starts the face on 127.0.0.1. */
export async function createSmtpFace(args: SmtpFaceArgs): Promise<SmtpFace> {
  const { store, clock, randomness, addresses, certificate, observer = {} } = args;
  const services = { store, clock, addresses, signingKeys: new SigningKeys(store, randomness) };
  const connections = new Connections();

  /** Runs a step under the observer, and turns its end into the library's callback. */
  const step = async (
    name: string,
    path: string,
    session: SMTPServerSession,
    done: (error?: Error | null) => void,
    proceed: () => Promise<void> | void,
  ) => {
    const call: SmtpCall = { operation: `smtp.${name}`, path, signal: connections.signal(session) };
    const run = async (): Promise<SmtpOutcome> => {
      await proceed();
      return "ok";
    };
    try {
      const outcome = await (observer.around?.(call, run) ?? run());
      if (outcome === "break") connections.break(session);
      else done();
    } catch (error) {
      if (!(error instanceof SmtpRefusal) && !call.signal.aborted) observer.failed?.(call, error);
      done(error instanceof SmtpRefusal ? error : new SmtpRefusal(451, "4.3.0 The sandbox failed"));
    }
  };

  const server = new SMTPServer({
    banner: "Keyturn sandbox",
    name: "localhost",
    cert: certificate.certificatePem,
    key: certificate.privateKeyPem,
    authMethods: ["XOAUTH2"],
    size: LONGEST_MESSAGE_BYTES,
    socketTimeout: SILENCE_TIMEOUT_MS,
    closeTimeout: 1,
    disableReverseLookup: true, // No resolver here knows this machine's clients.
    logger: false,
    onConnect: (session, done) => void step("connect", "", session, done, () => {}),
    onAuth: (auth, session, done) => {
      const { username = "", accessToken = "" } = auth;
      let submitter: Submitter | undefined;
      const answer = (error?: Error | null) => (error ? done(error) : done(null, { user: submitter }));
      void step("auth", username, session, answer, async () => {
        submitter = await signIn(services, { username, accessToken });
      });
    },
    onMailFrom: ({ address }, session, done) => {
      const submitter = submitterOf(session);
      void step("mail", mailboxOf(submitter), session, done, () => checkSender(submitter, address));
    },
    onRcptTo: ({ address }, session, done) => {
      void step("rcpt", mailboxOf(submitterOf(session)), session, done, () => checkRecipient(address));
    },
    onData: (stream, session, done) => {
      const submitter = submitterOf(session);
      const { mailFrom, rcptTo } = session.envelope;
      const from = mailFrom === false ? "" : mailFrom.address;
      const to = rcptTo.map(({ address }) => address);
      const received = textOf(stream);
      received.catch(() => {}); // It may end before the step comes to it.
      void step("data", mailboxOf(submitter), session, done, async () => {
        const raw = await received.catch(() => {
          throw new SmtpRefusal(451, "4.4.2 The client went away"); // Whom this reaches no more.
        });
        if (stream.sizeExceeded) throw new SmtpRefusal(552, "5.3.4 Message size exceeds fixed limit");
        await submit(services, randomness, submitter, { from, to }, raw);
      });
    },
  });
  connections.watch(server.server);
  server.on("error", () => {}); // A client that broke off; what concerns a step is told there.
  const port = await listen(server, args.port ?? 0);
  return { host: "localhost", port, close: () => closeServer(server, connections) };
}

function submitterOf(session: SMTPServerSession): Submitter {
  return session.user as Submitter; // What onAuth gave; the library lets nobody further without it.
}

function mailboxOf({ addresses }: Submitter): string {
  return addresses[0] ?? "";
}

async function textOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** The sockets below the conversations. */
class Connections {
  readonly #sockets = new Map<number, { socket: Socket; gone: AbortController }>();

  watch(server: Server): void {
    server.on("connection", (socket) => {
      const { remotePort } = socket;
      if (remotePort === undefined) return;
      const gone = new AbortController();
      this.#sockets.set(remotePort, { socket, gone });
      socket.once("close", () => {
        gone.abort();
        if (this.#sockets.get(remotePort)?.socket === socket) this.#sockets.delete(remotePort);
      });
    });
  }

  signal({ remotePort }: SMTPServerSession): AbortSignal {
    return this.#sockets.get(remotePort)?.gone.signal ?? AbortSignal.abort();
  }

  break({ remotePort }: SMTPServerSession): void {
    this.#sockets.get(remotePort)?.socket.resetAndDestroy();
  }

  breakAll(): void {
    for (const { socket } of this.#sockets.values()) socket.destroy();
  }
}

function listen(server: SMTPServer, port: number): Promise<number> {
  return new Promise((done, fail) => {
    server.server.once("error", fail);
    server.listen(port, "127.0.0.1", () => {
      server.server.off("error", fail);
      done((server.server.address() as AddressInfo).port);
    });
  });
}

function closeServer(server: SMTPServer, connections: Connections): Promise<void> {
  return new Promise((done) => {
    server.close(() => done());
    connections.breakAll();
  });
}
