// The sandbox's own process: started by `ensureSandbox`, which it tells how that went.
import { randomBytes } from "node:crypto";
import { unwatchFile, watchFile } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { FileStore, StoreError } from "../file-store.ts";
import { cryptoRandomness } from "../randomness.ts";
import { type ControlServer, serveControl } from "./control-server.ts";
import { PortTakenError } from "./faces.ts";
import { chooseHttpsPort, PortFixedError } from "./https-port.ts";
import { removeProcessRecord, writeProcessRecord } from "./process-record.ts";
import { newState, Sandbox } from "./sandbox.ts";
import type { StartMessage } from "./start-message.ts";

/** Real time. */
const FOLDER_CHECK_MS = 1000;

const { values } = parseArgs({
  options: { folder: { type: "string" }, port: { type: "string" }, "now-ms": { type: "string" } },
});
const { folder, port, "now-ms": nowMs } = values;
if (folder === undefined || nowMs === undefined) throw new Error("--folder and --now-ms are needed");

try {
  await main(folder, port === undefined ? undefined : Number(port), Number(nowMs));
} catch (error) {
  tell(failureOf(error));
  process.exitCode = 1;
}

async function main(folder: string, wantedPort: number | undefined, nowMs: number): Promise<void> {
  const randomness = cryptoRandomness();
  const store = await FileStore.open({ folder, initial: () => newState({ nowMs, randomness }) });
  // From here on the folder is this process's: what another one left behind is no longer true.
  await writeProcessRecord(folder, { schemaVersion: 1, pid: process.pid, control: null });
  const { sandbox, control } = await start();
  tell({ kind: "ready", origin: store.origin });

  async function start(): Promise<{ sandbox: Sandbox; control: ControlServer }> {
    try {
      const sandbox = await Sandbox.start({
        store,
        randomness,
        folder,
        httpsPort: await chooseHttpsPort(wantedPort, store.state, randomness),
        makeCertificate: async () => (await import("../https/certificate.ts")).createFaceCertificate(),
        die: () => process.kill(process.pid, "SIGKILL"),
        onReport: (text) => console.error(text),
      });
      const token = randomBytes(32).toString("hex");
      const control = await serveControl({ sandbox, token, onStop: () => void stop() });
      await writeProcessRecord(folder, {
        schemaVersion: 1,
        pid: process.pid,
        control: { port: control.port, token },
      });
      return { sandbox, control };
    } catch (error) {
      await removeProcessRecord(folder);
      await store.close();
      throw error;
    }
  }

  let stopping = false;
  async function stop(): Promise<void> {
    if (stopping) return;
    stopping = true;
    unwatchFile(join(folder, "state.lock"));
    await control.close();
    // The record goes before the lock does: after that it could be the next process's.
    await removeProcessRecord(folder);
    await sandbox.close();
  }
  // A folder that is gone, with the lock in it, is nobody's any more.
  watchFile(join(folder, "state.lock"), { interval: FOLDER_CHECK_MS }, ({ nlink }) => {
    if (nlink === 0) process.exit(0);
  });
  process.on("SIGTERM", () => void stop());
  process.on("SIGINT", () => void stop());
}

/** Tells the process that started this one, if it still listens, and lets go of it. */
function tell(message: StartMessage): void {
  if (!process.connected) return;
  process.send?.(message, () => process.disconnect());
}

function failureOf(error: unknown): StartMessage {
  if (error instanceof StoreError && error.code === "locked") return { kind: "locked" };
  if (error instanceof StoreError || error instanceof PortFixedError) {
    return { kind: "refused", message: error.message };
  }
  if (error instanceof PortTakenError) {
    return {
      kind: "refused",
      message:
        `${error.message} The sandbox needs it: its vaults' addresses contain it. ` +
        "End that program, or begin anew on another port with `keyturn sandbox reset --port`.",
    };
  }
  console.error(error);
  return { kind: "failed", message: error instanceof Error ? error.message : String(error) };
}
