import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import createRouter, { type HTTPMethod } from "find-my-way";
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { ZodError } from "zod";
import { type Answer, type Right, type Route, routes } from "./github-routes.ts";
import { emptyGitHub, type GitHubState } from "./github-state.ts";
import type { Permissions } from "./workflow.ts";

/** Who signs the tokens by which a job proves to Entra what it is. */
export const TOKEN_ISSUER = "https://token.actions.githubusercontent.com";

/** What a job's tokens are good for. */
export interface JobIdentity {
  permissions: Permissions;
  /** The `sub` of the job's OpenID token, and other claims. */
  subject: string;
  claims: Readonly<Record<string, string>>;
}

/** A request that the emulator was sent. */
export interface GitHubRequest {
  method: string;
  path: string;
  body: string;
  status: number;
}

/** GitHub as a pipeline's run meets it: the REST API of one repository, and the issuer of OpenID tokens. */
export interface GitHub extends AsyncDisposable {
  origin: string;
  repository: string;
  state: GitHubState;
  /** Everything that was asked for, oldest first. */
  requests: GitHubRequest[];
  /** Every token that was given out. */
  tokens: string[];
  /** The public key of the issuer, for who is to believe it. */
  issuerKey: JWK;
  /** Makes the tokens of one job; they end with `revoke`. */
  issueTokens(identity: JobIdentity): JobTokens;
  /** What was asked for and is not emulated. */
  unknown: string[];
}

export interface JobTokens {
  /** `GITHUB_TOKEN`. */
  token: string;
  /** What a job with `id-token: write` gets in its environment; empty without. */
  openId: Record<string, string>;
  revoke(): void;
}

export async function startGitHub(repository: string): Promise<GitHub> {
  const state = emptyGitHub();
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const issuerKey = { ...(await exportJWK(publicKey)), kid: "actions", alg: "RS256" };
  const byToken = new Map<string, JobIdentity>();
  const byOpenIdToken = new Map<string, JobIdentity>();
  const requests: GitHubRequest[] = [];
  const unknown: string[] = [];
  const tokens: string[] = [];
  const router = createRouter({ maxParamLength: 300 });
  for (const route of routes) {
    router.on(route.method, `/repos/${repository}${route.path}`, () => {}, route);
  }

  const openIdToken = async (request: IncomingMessage, url: URL): Promise<Answer> => {
    const identity = byOpenIdToken.get(bearer(request));
    if (identity === undefined) return { status: 401, body: { message: "Unauthorized" } };
    const value = await new SignJWT({ ...identity.claims, repository })
      .setProtectedHeader({ alg: "RS256", kid: "actions" })
      .setIssuer(TOKEN_ISSUER)
      .setSubject(identity.subject)
      .setAudience(url.searchParams.get("audience") ?? `https://github.com/${repository.split("/")[0]}`)
      .setExpirationTime(4_000_000_000)
      .sign(privateKey);
    tokens.push(value);
    return { status: 200, body: { value } };
  };

  const answer = async (request: IncomingMessage, url: URL, body: string): Promise<Answer> => {
    if (url.pathname === "/openid" && request.method === "GET") return openIdToken(request, url);
    const identity = byToken.get(bearer(request));
    if (identity === undefined) return { status: 401, body: { message: "Bad credentials" } };
    const found = router.find((request.method ?? "") as HTTPMethod, url.pathname);
    if (found === null) {
      unknown.push(`${request.method} ${url.pathname}`);
      return { status: 501, body: { message: `${request.method} ${url.pathname} is not emulated` } };
    }
    const route = found.store as Route;
    const params = found.params as Record<string, string>;
    const isPull = state.pulls.some(({ number }) => String(number) === params.number);
    const enough = (isPull ? route.pullRights : undefined) ?? route.rights;
    if (!enough.some((right) => holds(identity.permissions, right))) {
      return { status: 403, body: { message: "Resource not accessible by integration" } };
    }
    try {
      return route.answer({
        ...{ state, repository, params, query: url.searchParams, origin },
        body: body === "" ? undefined : JSON.parse(body),
        user: "github-actions[bot]",
      });
    } catch (error) {
      if (!(error instanceof ZodError)) throw error;
      const errors = error.issues.map(({ path, message }) => ({ field: path.join("."), message }));
      return { status: 422, body: { message: "Validation Failed", errors } };
    }
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", origin);
    const body = await text(request);
    const { status, body: said, isList } = await answer(request, url, body);
    requests.push({ method: request.method ?? "", path: `${url.pathname}${url.search}`, body, status });
    const shown = isList === true ? page(said as unknown[], url, response) : said;
    response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
    response.end(shown === undefined ? undefined : JSON.stringify(shown));
  };
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      unknown.push(String(error));
      response.writeHead(500).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;

  return {
    origin,
    repository,
    state,
    requests,
    tokens,
    issuerKey,
    unknown,
    issueTokens: (identity) => {
      const token = `ghs_${randomBytes(18).toString("hex")}`;
      tokens.push(token);
      byToken.set(token, identity);
      const openId: Record<string, string> = {};
      if (identity.permissions["id-token"] === "write") {
        const requestToken = `oidc-${randomBytes(24).toString("hex")}`;
        tokens.push(requestToken);
        byOpenIdToken.set(requestToken, identity);
        openId.ACTIONS_ID_TOKEN_REQUEST_TOKEN = requestToken;
        openId.ACTIONS_ID_TOKEN_REQUEST_URL = `${origin}/openid?api-version=2.0`;
      }
      return {
        token,
        openId,
        revoke: () => {
          byToken.delete(token);
          byOpenIdToken.delete(openId.ACTIONS_ID_TOKEN_REQUEST_TOKEN ?? "");
        },
      };
    },
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function bearer({ headers }: IncomingMessage): string {
  return /^(?:bearer|token) (.+)$/i.exec(headers.authorization ?? "")?.[1] ?? "";
}

/** `write` is `read` too. */
function holds(permissions: Permissions, right: Right): boolean {
  const [name, access] = right.split(":") as [keyof Permissions, "read" | "write"];
  const held = permissions[name];
  return held === "write" || (held === "read" && access === "read");
}

/** Thirty to a page unless more are asked for, a hundred at most, with a link to the next. */
function page(items: readonly unknown[], url: URL, response: ServerResponse): unknown[] {
  const size = Math.min(Number(url.searchParams.get("per_page") ?? 30), 100);
  const number = Number(url.searchParams.get("page") ?? 1);
  if (items.length > number * size) {
    const next = new URL(url);
    next.searchParams.set("page", String(number + 1));
    response.setHeader("link", `<${next.href}>; rel="next"`);
  }
  return items.slice((number - 1) * size, number * size);
}
