import {
  type Fetch,
  RotatingConfidentialClient,
  type RotatingSecret,
  RotatingSecretCredential,
} from "../../../runtime/src/index.ts";
import { type Customer, scopeFor } from "./customer.ts";
import type { Outbox } from "./outbox.ts";

export interface CustomerTokensArgs {
  readonly secret: RotatingSecret;
  readonly clientId: string;
  /** The application's own tenant. */
  readonly tenantId: string;
  readonly authorityHost: string;
  /** Keeps what MSAL remembers of the customers. */
  readonly outbox: Outbox;
  readonly fetch?: Fetch | undefined;
}

/** Tokens for customers' mailboxes, all with one rotating secret. */
export class CustomerTokens {
  readonly #args: CustomerTokensArgs;
  readonly #asApplication: RotatingSecretCredential;
  readonly #asUsers = new Map<string, RotatingConfidentialClient>();
  /** Customers whose last token was refused by the mail service. */
  readonly #refused = new Set<string>();

  constructor(args: CustomerTokensArgs) {
    this.#args = args;
    this.#asApplication = new RotatingSecretCredential({
      secret: args.secret,
      tenantId: args.tenantId,
      clientId: args.clientId,
      authorityHost: args.authorityHost,
      additionallyAllowedTenants: ["*"],
      ...(args.fetch === undefined ? {} : { fetch: args.fetch }),
    });
  }

  /** A token for the customer's mailbox: from the cache, if it has one. @throws what the library throws */
  async tokenFor(customer: Customer, signal?: AbortSignal): Promise<string> {
    const scope = scopeFor(customer);
    const { signIn, id } = customer;
    if (signIn.as === "application") {
      const abort = signal === undefined ? {} : { abortSignal: signal };
      const { token } = await this.#asApplication.getToken(scope, { tenantId: signIn.tenantId, ...abort });
      return token;
    }
    const client = this.clientFor(id);
    const homeAccountId = signIn.homeAccountId ?? this.#args.outbox.connection(id).homeAccountId;
    const account =
      homeAccountId === undefined ? null : await client.getTokenCache().getAccountByHomeId(homeAccountId);
    if (account === null) {
      throw new NotConnectedError(id);
    }
    const forceRefresh = this.#refused.has(id);
    const options = { subject: id, ...(signal === undefined ? {} : { signal }) };
    const result = await client.acquireTokenSilent({ account, scopes: [scope], forceRefresh }, options);
    this.#refused.delete(id);
    return result.accessToken;
  }

  /** The mail service refused this token: the next one must be another. */
  discard({ id, signIn }: Customer, token: string): void {
    if (signIn.as === "application") {
      this.#asApplication.discard(token);
    } else {
      this.#refused.add(id);
    }
  }

  /** The customer's own client, for connecting: its cache holds nobody else and is kept in the outbox. */
  clientFor(id: string): RotatingConfidentialClient {
    const existing = this.#asUsers.get(id);
    if (existing !== undefined) {
      return existing;
    }
    const { secret, clientId, authorityHost, outbox, fetch } = this.#args;
    const client = new RotatingConfidentialClient({
      secret,
      auth: {
        clientId,
        authority: `${authorityHost}/organizations`,
        knownAuthorities: [new URL(authorityHost).host],
      },
      cache: {
        cachePlugin: {
          beforeCacheAccess: async ({ tokenCache }) => {
            const saved = outbox.tokenCache(id);
            if (saved !== undefined) tokenCache.deserialize(saved);
          },
          afterCacheAccess: async ({ tokenCache, cacheHasChanged }) => {
            if (cacheHasChanged) outbox.saveTokenCache(id, tokenCache.serialize());
          },
        },
      },
      ...(fetch === undefined ? {} : { fetch }),
    });
    this.#asUsers.set(id, client);
    return client;
  }
}

/** The customer has never connected, or the connection was removed. */
export class NotConnectedError extends Error {
  override readonly name = "NotConnectedError";

  constructor(customer: string) {
    super(`Customer ${customer} is not connected. The customer must connect the mailbox.`);
  }
}
