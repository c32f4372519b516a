import assert from "node:assert/strict";
import { inspect } from "node:util";
import type { RuntimeEvent } from "../../runtime/src/events.ts";
import { RotatingSecret } from "../../runtime/src/rotating-secret.ts";
import {
  RotatingSecretCredential,
  type RotatingSecretCredentialOptions,
} from "../../runtime/src/rotating-secret-credential.ts";
import type { RotatingSecretOptions } from "../../runtime/src/rotating-secret-options.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { VirtualTime } from "../support/virtual-time.ts";
import { clientId, FakeDirectory, FakeVault, tenantId } from "./fake-cloud.ts";

/** A directory and a vault with one valid secret, and credentials over them. */
export class CredentialWorld {
  readonly time = new VirtualTime();
  readonly directory = new FakeDirectory(this.time);
  readonly vault = new FakeVault(this.time);
  readonly events: RuntimeEvent[] = [];
  #secret: RotatingSecret | undefined;

  constructor() {
    this.vault.publish("secret-1");
    this.directory.secrets.set("secret-1", "valid");
  }

  /** The rotating secret of the last `open`. */
  get secret(): RotatingSecret {
    return this.#secret ?? assert.fail("nothing was opened");
  }

  open(
    secretOptions: Partial<RotatingSecretOptions> = {},
    credentialOptions: Partial<RotatingSecretCredentialOptions> = {},
  ): RotatingSecretCredential {
    const secret = new RotatingSecret({
      credential: "mailman-office365",
      source: this.vault,
      clock: this.time,
      random: seededRandom(1),
      ...secretOptions,
    });
    secret.onEvent((event) => this.events.push(event));
    this.#secret = secret;
    return new RotatingSecretCredential({
      secret,
      tenantId,
      clientId,
      authorityHost: "https://login.test",
      fetch: this.directory.fetch,
      ...credentialOptions,
    });
  }

  /** Closes what is open; nothing may be left behind, and nothing told that is secret. */
  async close(): Promise<void> {
    this.secret.close();
    await this.time.settle();
    assert.equal(this.time.timers, 0, "a timer was left behind");
    const told = JSON.stringify(this.events) + inspect(this.secret, { depth: 9, showHidden: true });
    assert.ok(!/secret-\d|token-\d/.test(told), "a secret or token was told");
  }
}
