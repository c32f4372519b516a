import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFaceCertificate, type FaceCertificate } from "../https/certificate.ts";
import { cryptoRandomness, seededRandomness } from "../randomness.ts";
import { MemoryStore } from "../store.ts";
import { newState, Sandbox } from "./sandbox.ts";

export interface CreateSandboxArgs {
  /** The sandbox's first moment; milliseconds since 1970. Default: 2025-01-01T00:00:00Z. */
  nowMs?: number;
  /** The same seed gives the same ids and values. Default: no two sandboxes have them in common. */
  seed?: number | string;
  /** Of the HTTPS face. Default: any free one. */
  httpsPort?: number;
}

/** One for all sandboxes of a process: its making is most of what a start costs. */
let sharedCertificate: Promise<FaceCertificate> | undefined;

/**
 * A sandbox in memory, apart from every other: dozens can run at once. Its folder (the authority's
 * certificate, Pulumi's stacks) is a temporary one. `close()` leaves nothing behind.
 */
export async function createSandbox({
  nowMs = Date.UTC(2025, 0, 1),
  seed,
  httpsPort = 0,
}: CreateSandboxArgs = {}): Promise<Sandbox> {
  const randomness = seed === undefined ? cryptoRandomness() : seededRandomness(seed);
  const folder = await realpath(await mkdtemp(join(tmpdir(), "keyturn-sandbox-")));
  const cleanUp = () => rm(folder, { recursive: true, force: true, maxRetries: 3 });
  try {
    const sandbox: Sandbox = await Sandbox.start({
      store: new MemoryStore(newState({ nowMs, randomness })),
      randomness,
      folder,
      httpsPort,
      makeCertificate: () => {
        sharedCertificate ??= createFaceCertificate();
        return sharedCertificate;
      },
      die: () => void sandbox.close(),
      cleanUp,
    });
    return sandbox;
  } catch (error) {
    await cleanUp();
    throw error;
  }
}
