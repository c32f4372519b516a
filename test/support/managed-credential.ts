import { ClientSecretCredential } from "@azure/identity";
import { formatInstant } from "../../infra/instant.ts";
import { type Published, publishedTags } from "../../infra/rotation/published.ts";
import { keyVaultSource } from "../../runtime/src/sources/key-vault-source.ts";
import type { SecretSource } from "../../runtime/src/sources/secret-source.ts";
import { addPassword, removePassword } from "../../sandbox/entra/passwords.ts";
import { setSecret } from "../../sandbox/keyvault/secrets.ts";
import { addApplication, addVault, assignRole, type TestApplication, VAULT_ROLES } from "./directory.ts";
import type { Traffic } from "./traffic.ts";
import type { TrustedSandbox } from "./trusted-sandbox.ts";

const DAY_MS = 86_400_000;

export interface ManagedCredentialArgs {
  name?: string;
  /** How long each secret is valid. */
  lifetimeMs?: number;
  /** Graph's properties of the application. */
  properties?: Record<string, unknown>;
  traffic: Traffic;
}

/** A credential as Keyturn keeps it in a sandbox: an application, and a vault with its published secret. */
export class ManagedCredential {
  readonly name: string;
  readonly application: TestApplication;
  readonly vaultName = "sell-kv";
  /** The service's own identity: may read the published secret. */
  readonly reader: TestApplication;
  /** Reads the secret with an identity that may read nothing else. */
  readonly source: SecretSource;
  readonly #trusted: TrustedSandbox;
  readonly #lifetimeMs: number;
  #published: Published | undefined;

  private constructor(
    trusted: TrustedSandbox,
    application: TestApplication,
    reader: TestApplication,
    source: SecretSource,
    name: string,
    lifetimeMs: number,
  ) {
    this.#trusted = trusted;
    this.application = application;
    this.reader = reader;
    this.source = source;
    this.name = name;
    this.#lifetimeMs = lifetimeMs;
  }

  /** Makes application, vault and reader, and publishes generation 1. */
  static async create(trusted: TrustedSandbox, args: ManagedCredentialArgs): Promise<ManagedCredential> {
    const { name = "mailman-office365", lifetimeMs = 180 * DAY_MS, properties = {}, traffic } = args;
    const { directory, tenantId, origin } = trusted;
    const application = await addApplication(directory, { displayName: name, properties });
    const vault = await addVault(directory, "sell-kv");
    const reader = await addApplication(directory, { displayName: "the service's own identity" });
    const scope = `${vault}/secrets/${name}`;
    await assignRole(directory, { principalId: reader.principalId, role: VAULT_ROLES.secretsUser, scope });
    // A managed identity in real life: its token is nobody's concern here.
    const credential = new ClientSecretCredential(tenantId, reader.clientId, reader.secret, {
      authorityHost: origin,
      disableInstanceDiscovery: true,
    });
    const source = keyVaultSource({
      vaultUrl: trusted.vaultUrl("sell-kv"),
      secretName: name,
      credential: { getToken: (...request) => traffic.track(credential.getToken(...request)) },
      clientOptions: { httpClient: traffic.httpClient },
    });
    const made = new ManagedCredential(trusted, application, reader, source, name, lifetimeMs);
    await made.remove(application.keyId);
    await made.rotate();
    return made;
  }

  /** What is published now. */
  get published(): Published {
    if (this.#published === undefined) throw new Error("nothing is published yet");
    return this.#published;
  }

  /** The value that is published now. */
  async value(): Promise<string> {
    const { signal } = new AbortController();
    return (await this.source.readCurrent({ signal })).reveal();
  }

  /** Adds a secret and publishes it; the one before becomes the previous one. */
  async rotate({ lifetimeMs = this.#lifetimeMs } = {}): Promise<Published> {
    const { sandbox, directory } = this.#trusted;
    const nowMs = sandbox.clock.nowMs();
    const expiresAtMs = Math.floor((nowMs + lifetimeMs) / 1000) * 1000;
    const before = this.#published;
    const generation = (before?.current.generation ?? 0) + 1;
    this.#published = await directory.store.update((draft) => {
      const application = draft.entra.applications[this.application.id];
      if (application === undefined) throw new Error("the application is gone");
      const slot = generation % 2 === 1 ? "a" : "b";
      const { credential, secretText } = addPassword(
        application,
        { displayName: `${this.name}-${slot}`, endDateTime: formatInstant(expiresAtMs) },
        directory.context(),
      );
      const published: Published = {
        credential: this.name,
        clientId: this.application.clientId,
        current: {
          slot,
          generation,
          keyId: credential.keyId,
          createdAtMs: Math.floor(nowMs / 1000) * 1000,
          expiresAtMs,
        },
        rotateAfterMs: nowMs + lifetimeMs / 2,
        splayDays: 0,
        overlapMs: 7 * DAY_MS,
        previous: before && {
          ...before.current,
          replacedAtMs: nowMs,
          retireAfterMs: nowMs + 7 * DAY_MS,
        },
        request: undefined,
      };
      setSecret(
        draft,
        {
          vaultName: this.vaultName,
          secretName: this.name,
          value: secretText,
          expires: expiresAtMs / 1000,
          tags: publishedTags(published),
        },
        directory.context(),
      );
      return published;
    });
    return this.#published;
  }

  /** Removes a secret from the application. */
  async remove(keyId: string): Promise<void> {
    await this.#trusted.directory.store.update(({ entra }) => {
      const application = entra.applications[this.application.id];
      if (application !== undefined) removePassword(application, keyId);
    });
  }

  /** Removes the previous secret, as at the end of its overlap. */
  async retire(): Promise<void> {
    const { previous } = this.published;
    if (previous !== undefined) await this.remove(previous.keyId);
  }
}
