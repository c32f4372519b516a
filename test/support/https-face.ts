import "../../sandbox/localhost-names.ts";
import { type Clock, storeClock } from "../../sandbox/clock.ts";
import type { CreationContext } from "../../sandbox/entra/context.ts";
import { createDeployer, type Deployer } from "../../sandbox/entra/deployer.ts";
import type { SigningKey } from "../../sandbox/entra/state.ts";
import { createFaceCertificate, type FaceCertificate } from "../../sandbox/https/certificate.ts";
import { createHttpsFace, type HttpsFace } from "../../sandbox/https/face.ts";
import { createSigningKey } from "../../sandbox/https/login/signing-keys.ts";
import type { FaceObserver } from "../../sandbox/https/observer.ts";
import { cryptoRandomness, type Randomness, seededRandomness } from "../../sandbox/randomness.ts";
import { initialState } from "../../sandbox/state.ts";
import { MemoryStore, type Store } from "../../sandbox/store.ts";
import { trust } from "./https-server.ts";

/** A sandbox of which only the HTTPS face is up. */
export interface TestFace extends AsyncDisposable {
  face: HttpsFace;
  store: Store;
  clock: Clock;
  randomness: Randomness;
  tenantId: string;
  /** What the face identifies itself with: this process trusts it. */
  certificate: FaceCertificate;
  deployer: Deployer;
  /** What operations that create something need. */
  context(): CreationContext;
  /** Moves the sandbox clock. */
  advance(ms: number): Promise<void>;
  /** Names of what was asked for and is not emulated. Empty it, or closing fails. */
  unsupported: string[];
  /** Errors of the sandbox itself. Empty it, or closing fails. */
  failures: unknown[];
}

export const FACE_TENANT_ID = "11111111-1111-4111-8111-111111111111";
export const FACE_SUBSCRIPTION_ID = "22222222-2222-4222-8222-222222222222";

// Making them takes longer than everything else: one of each will do for a process.
let certificate: Promise<FaceCertificate> | undefined;
let signingKey: Promise<SigningKey> | undefined;

/**
 * Starts a face that this process trusts. The process's real certificate checks stay on.
 * @param roles Graph application permissions of the deployer, in place of the usual ones
 */
export async function startFace({
  nowMs = Date.parse("2025-02-14T11:30:00Z"),
  observer = {},
  seed = "https face",
  roles,
  store = new MemoryStore(
    initialState({ nowMs, tenantId: FACE_TENANT_ID, subscriptionId: FACE_SUBSCRIPTION_ID }),
  ),
}: {
  nowMs?: number;
  observer?: FaceObserver;
  seed?: string;
  roles?: readonly string[];
  store?: Store;
} = {}): Promise<TestFace> {
  certificate ??= trustedCertificate();
  signingKey ??= createSigningKey(cryptoRandomness());
  const key = await signingKey;
  const clock = storeClock(store);
  const randomness = seededRandomness(seed);
  const context = () => ({ nowMs: clock.nowMs(), randomness });
  const deployer = await store.update(({ entra, host }) => {
    if (entra.signIn.signingKeys.length === 0) entra.signIn.signingKeys.push(key);
    const created = createDeployer(entra, context(), roles === undefined ? {} : { roles });
    // The provider face, if a test puts one beside this one, acts as the same identity.
    host.deployer ??= { ...created };
    return created;
  });
  const unsupported: string[] = [];
  const failures: unknown[] = [];
  const ownCertificate = await certificate;
  const face = await createHttpsFace({
    store,
    clock,
    randomness,
    certificate: ownCertificate,
    observer: {
      ...observer,
      unsupported: (name) => {
        unsupported.push(name);
        observer.unsupported?.(name);
      },
      failed: (call, error) => {
        failures.push(error);
        observer.failed?.(call, error);
      },
    },
  });
  return {
    face,
    store,
    clock,
    randomness,
    tenantId: FACE_TENANT_ID,
    certificate: ownCertificate,
    deployer,
    context,
    advance: (ms) =>
      store.update((draft) => {
        draft.clock.nowMs += ms;
      }),
    unsupported,
    failures,
    [Symbol.asyncDispose]: async () => {
      await face.close();
      await store.close();
      if (failures.length > 0) throw new AggregateError(failures, "the sandbox failed");
      if (unsupported.length > 0) {
        throw new Error(`a test asked for what the sandbox does not emulate: ${unsupported.join(", ")}`);
      }
    },
  };
}

async function trustedCertificate(): Promise<FaceCertificate> {
  const created = await createFaceCertificate();
  trust(created.caPem);
  return created;
}
