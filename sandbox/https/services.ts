import type { Clock } from "../clock.ts";
import type { Randomness } from "../randomness.ts";
import type { Store } from "../store.ts";
import type { FaceAnswer, FaceRequest } from "./exchange.ts";
import type { VaultThrottle } from "./key-vault/throttle.ts";
import type { ReplicaTurn } from "./login/replica-turn.ts";
import type { SigningKeys } from "./login/signing-keys.ts";

/** Where the face is reached. */
export interface Addresses {
  /** `https://localhost:PORT` */
  origin: string;
  port: number;
  /** `https://NAME.vault.localhost:PORT/` */
  vaultUri(vaultName: string): string;
}

/** What operations work with. Each takes only what it needs of it. */
export interface FaceServices {
  store: Store;
  clock: Clock;
  randomness: Randomness;
  addresses: Addresses;
  signingKeys: SigningKeys;
  replicas: ReplicaTurn;
  vaultThrottle: VaultThrottle;
  /** Fetches what a federated credential's issuer publishes. */
  fetchJson(url: string): Promise<unknown>;
  /** Runs another request through the face, for `$batch`. */
  serve(request: Omit<FaceRequest, "params">): Promise<FaceAnswer>;
  /** Reports something that the sandbox does not emulate, by name. */
  unsupported(name: string): void;
}
