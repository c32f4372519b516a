import type { Fetch } from "../../runtime/src/bounded-request.ts";
import { ClientSecret, type SecretInfo } from "../../runtime/src/client-secret.ts";
import { SecretReadError } from "../../runtime/src/errors.ts";
import type { SecretSource } from "../../runtime/src/sources/secret-source.ts";
import type { VirtualTime } from "../support/virtual-time.ts";

export const tenantId = "8a7f0000-0000-4000-8000-000000000001";
export const clientId = "8a7f0000-0000-4000-8000-000000000002";
export const scope = "https://graph.microsoft.com/.default";

/** How the directory treats one secret. */
export type SecretState = "valid" | "expired" | "unknown";

export interface TokenRequestSeen {
  readonly atMs: number;
  readonly form: Readonly<Record<string, string>>;
  readonly tenantId: string;
}

/** A token endpoint that a test directs: secrets by value, and answers that come before everything else. */
export class FakeDirectory {
  readonly secrets = new Map<string, SecretState>();
  readonly requests: TokenRequestSeen[] = [];
  /** Answers instead of the secret's state, as long as it returns something. */
  fault: (request: TokenRequestSeen, count: number) => Promise<Response> | Response | undefined = () =>
    undefined;
  /** Lifetime of the tokens, in seconds. */
  tokenLifeS = 3_600;
  /** Time that an answer takes, in milliseconds. */
  latencyMs = 0;
  readonly #time: VirtualTime;
  #tokens = 0;

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  readonly fetch: Fetch = async (url, init) => {
    const form = Object.fromEntries(new URLSearchParams(String(init.body)));
    const seen = {
      atMs: this.#time.monotonicMs(),
      form,
      tenantId: new URL(url).pathname.split("/")[1] ?? "",
    };
    this.requests.push(seen);
    if (this.latencyMs > 0) {
      await new Promise<void>((resolve) => this.#time.setTimer(resolve, this.latencyMs));
    }
    const fault = await this.fault(seen, this.requests.length);
    if (fault !== undefined) {
      return fault;
    }
    switch (this.secrets.get(form.client_secret ?? "")) {
      case "valid":
        this.#tokens++;
        return Response.json({
          token_type: "Bearer",
          access_token: `token-${this.#tokens}`,
          expires_in: this.tokenLifeS,
        });
      case "expired":
        return refusal("invalid_client", 7000222, 401);
      default:
        return refusal("invalid_client", 7000215, 401);
    }
  };
}

/** An answer as the token endpoint writes it. */
export function refusal(
  error: string,
  code: number,
  status = 400,
  headers: Readonly<Record<string, string>> = {},
  extra: Readonly<Record<string, unknown>> = {},
): Response {
  return Response.json(
    {
      ...extra,
      error,
      error_codes: [code],
      error_description: `AADSTS${code}: no.`,
      trace_id: "0000aaaa-11bb-cccc-dd22-eeeeee333333",
    },
    { status, headers },
  );
}

/** A vault that a test directs. */
export class FakeVault implements SecretSource {
  readonly description = "fake vault";
  readonly versions: ClientSecret[] = [];
  reads = 0;
  previousReads = 0;
  /** Throws instead of answering, as long as it is set. */
  fault: SecretReadError | undefined;
  /** Never answers, as long as it is set. */
  hangs = false;
  /** Time that an answer takes, in milliseconds. */
  latencyMs = 0;
  /** Tells those who watch that something has changed. */
  changed: () => void = () => {};
  readonly #time: VirtualTime;

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  watch(onChange: () => void): () => void {
    this.changed = onChange;
    return () => {};
  }

  /** Publishes a version as Keyturn does; the one before becomes the previous one, unless `keepsPrevious` is false. */
  publish(value: string, options: { lifeMs?: number; keepsPrevious?: boolean } = {}): SecretInfo {
    const nowMs = this.#time.nowMs();
    const generation = this.versions.length + 1;
    const info: SecretInfo = {
      version: `v${generation}`,
      generation,
      slot: generation % 2 === 1 ? "a" : "b",
      keyId: `key-${generation}`,
      previousKeyId: options.keepsPrevious === false ? undefined : this.versions.at(-1)?.info.keyId,
      createdAtMs: nowMs,
      publishedAtMs: nowMs,
      expiresAtMs: nowMs + (options.lifeMs ?? 180 * 86_400_000),
    };
    this.versions.push(new ClientSecret(value, info));
    return info;
  }

  async readCurrent(): Promise<ClientSecret> {
    this.reads++;
    await this.#answer();
    const current = this.versions.at(-1);
    if (current === undefined) {
      throw new SecretReadError(this.description, "missing");
    }
    return current;
  }

  async readPrevious(current: ClientSecret): Promise<ClientSecret | undefined> {
    this.previousReads++;
    await this.#answer();
    return this.versions.find((version) => version.info.keyId === current.info.previousKeyId);
  }

  async #answer(): Promise<void> {
    if (this.latencyMs > 0) {
      await new Promise<void>((resolve) => this.#time.setTimer(resolve, this.latencyMs));
    }
    if (this.hangs) {
      await new Promise(() => {});
    }
    if (this.fault !== undefined) {
      throw this.fault;
    }
  }
}
