import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { RotatingConfidentialClient } from "../../../runtime/src/index.ts";
import { type Customer, scopeFor, tenantOf } from "./customer.ts";
import type { Outbox } from "./outbox.ts";

/** The customer did not sign in, or signed in with an account that is not meant. */
export class ConnectError extends Error {
  override readonly name = "ConnectError";
}

export interface ConnectArgs {
  readonly customer: Customer;
  /** The customer's own client: what it gets is kept in the outbox. */
  readonly client: RotatingConfidentialClient;
  readonly outbox: Outbox;
  /** Registered for the application: `http://localhost/…`; without a port, a free one is taken. */
  readonly redirectUri: string;
  /** How long to wait for the customer; milliseconds, default 15 minutes. */
  readonly timeoutMs?: number;
  /** Shows where the customer's browser must go. */
  readonly show: (url: string) => void;
}

/**
 * Lets a customer sign in and consent in a browser on this machine (authorization code with PKCE), and keeps the
 * refresh token in the outbox. Returns the name of the account.
 *
 * @throws ConnectError, or what the library throws
 */
export async function connectMailbox(args: ConnectArgs): Promise<string> {
  const { customer, client, outbox, show, timeoutMs = 900_000 } = args;
  if (customer.signIn.as !== "user") {
    throw new ConnectError(`Customer ${customer.id} needs no connecting: mail is sent as the application.`);
  }
  const state = randomBytes(32).toString("base64url");
  const codeVerifier = randomBytes(32).toString("base64url");
  const server = createServer();
  const redirect = new URL(args.redirectUri);
  server.listen(Number(redirect.port || 0), redirect.hostname);
  await once(server, "listening");
  redirect.port = String((server.address() as AddressInfo).port);
  const request = { scopes: [scopeFor(customer), "offline_access"], redirectUri: redirect.href };
  try {
    show(
      await client.getAuthCodeUrl({
        ...request,
        state,
        codeChallenge: createHash("sha256").update(codeVerifier).digest("base64url"),
        codeChallengeMethod: "S256",
        loginHint: customer.mailbox,
        prompt: "select_account",
      }),
    );
    const code = await nextCode(server, { path: redirect.pathname, state, timeoutMs });
    const { account } = await client.acquireTokenByCode({ ...request, code, codeVerifier }, undefined, {
      subject: customer.id,
      ...tenantOf(customer),
    });
    if (account === null) {
      throw new ConnectError("The directory named no account.");
    }
    const { homeAccountId } = customer.signIn;
    if (homeAccountId !== undefined && homeAccountId !== account.homeAccountId) {
      await client.getTokenCache().removeAccount(account);
      throw new ConnectError(
        `Another account signed in: ${account.username}, ${account.homeAccountId}. ` +
          `The settings name homeAccountId ${homeAccountId}.`,
      );
    }
    outbox.saveConnection(customer.id, account.homeAccountId);
    return account.username;
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

interface Expected {
  readonly path: string;
  readonly state: string;
  readonly timeoutMs: number;
}

/** Waits for the browser to come back. What does not carry our `state` is somebody else's, and ends nothing. */
function nextCode(
  server: ReturnType<typeof createServer>,
  { path, state, timeoutMs }: Expected,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new ConnectError(`Nobody signed in within ${Math.round(timeoutMs / 60_000)} minutes.`)),
      timeoutMs,
    );
    server.once("close", () => clearTimeout(timer));
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
      if (pathname !== path || !isSame(searchParams.get("state") ?? "", state)) {
        answer(response, 404, "This is not the page that you were sent to.");
        return;
      }
      const code = searchParams.get("code");
      if (code === null) {
        answer(response, 200, "The mailbox was not connected. You may close this window.");
        reject(new ConnectError(`The customer did not consent: ${words(searchParams.get("error"))}.`));
        return;
      }
      answer(response, 200, "Thank you. You may close this window.");
      resolve(code);
    });
  });
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** An OAuth error's name, and nothing that could be anything else. */
function words(error: string | null): string {
  return error !== null && /^[a-z_]{1,60}$/.test(error) ? error : "no code came back";
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", connection: "close" }).end(text);
}
