import { mkdirSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { FaultRequest } from "../../../sandbox/faults/rule.ts";
import type { FiredFault } from "../../../sandbox/faults/state.ts";
import type { LoggedCall } from "../../../sandbox/host/call-log.ts";
import { caFileIn } from "../../../sandbox/host/certificate-files.ts";
import { type EnsuredSandbox, ensureSandbox } from "../../../sandbox/host/ensure-sandbox.ts";
import { Sandbox } from "../../../sandbox/host/sandbox.ts";
import { stopSandbox } from "../../../sandbox/host/stop-sandbox.ts";
import type { FaceCertificate } from "../../../sandbox/https/certificate.ts";
import { seededRandomness } from "../../../sandbox/randomness.ts";
import type { State } from "../../../sandbox/state.ts";
import { MemoryStore } from "../../../sandbox/store.ts";

/** An emulated Azure that begins with a given state, in this process or in one of its own that can be killed. */
export interface CrashableAzure {
  env(): Promise<Record<string, string>>;
  state(): Promise<State>;
  addFault(fault: FaultRequest): Promise<void>;
  /** Takes all faults away; one that has died is started again first, on what it left behind. */
  restore(): Promise<void>;
  fired(): Promise<readonly FiredFault[]>;
  /** Calls since the last start. */
  calls(): Promise<readonly LoggedCall[]>;
  advance(byMs: number): Promise<void>;
  close(): Promise<void>;
}

export interface AzureArgs {
  folder: string;
  state: State;
  certificate: FaceCertificate;
  seed: string;
}

/** In this process and in memory: the quick one. It cannot be killed. */
export async function azureInProcess({
  folder,
  state,
  certificate,
  seed,
}: AzureArgs): Promise<CrashableAzure> {
  const sandbox = await Sandbox.start({
    store: new MemoryStore(state),
    randomness: seededRandomness(seed),
    folder,
    httpsPort: httpsPortOf(state),
    makeCertificate: async () => certificate,
    die: () => {
      throw new Error("only a sandbox in a process of its own can be killed");
    },
  });
  return {
    env: async () => sandbox.env,
    state: async () => sandbox.store.state,
    addFault: async (fault) => void (await sandbox.faults.add(fault)),
    restore: async () => void (await sandbox.faults.clear()),
    fired: async () => sandbox.faults.fired(),
    calls: async () => sandbox.calls.list(),
    advance: async (byMs) => void (await sandbox.timeline.advance(byMs)),
    close: () => sandbox.close(),
  };
}

/** As the command runs it: a process of its own on a folder, which survives the process. */
export async function azureInOwnProcess({ folder, state, certificate }: AzureArgs): Promise<CrashableAzure> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, "state.json"), JSON.stringify(state), { mode: 0o600 });
  writeFileSync(join(folder, "server.pem"), certificate.certificatePem);
  writeFileSync(join(folder, "server.key"), certificate.privateKeyPem, { mode: 0o600 });
  writeFileSync(caFileIn(folder), certificate.caPem);
  const start = () => ensureSandbox({ folder, nowMs: state.clock.nowMs });
  let running: EnsuredSandbox = await start();
  const stateOnDisk = async () => JSON.parse(await readFile(join(folder, "state.json"), "utf8")) as State;
  return {
    env: () => running.client.call("environment", {}),
    state: stateOnDisk,
    addFault: async (fault) => void (await running.client.call("addFault", fault)),
    restore: async () => {
      running = await start();
      await running.client.call("clearFaults", {});
    },
    fired: async () => (await stateOnDisk()).faults.fired,
    calls: () => running.client.call("calls", {}),
    advance: async (byMs) => void (await running.client.call("advance", { byMs })),
    close: async () => {
      await stopSandbox(folder);
      // The process may still be writing its log while it ends.
      await sleep(20);
    },
  };
}

/** The vaults' addresses hold it, in the state and in the stack's checkpoint. */
function httpsPortOf(state: State): number {
  return state.host.ports?.https ?? 0;
}
