import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type EnsuredSandbox, type EnsureSandboxArgs, ensureSandbox } from "./ensure-sandbox.ts";
import { isPortFree } from "./https-port.ts";
import { stopSandbox } from "./stop-sandbox.ts";

/**
 * Throws away what the sandbox of a folder holds, Pulumi's stacks in it included, and starts an empty one:
 * at the same port and with the same certificate authority if it can, so that shells which know them keep
 * working.
 */
export async function resetSandbox(args: EnsureSandboxArgs): Promise<EnsuredSandbox> {
  const { folder } = args;
  await stopSandbox(folder);
  const httpsPort = args.httpsPort ?? (await lastPort(folder));
  await rm(join(folder, "state.json"), { force: true });
  await rm(join(folder, "pulumi"), { recursive: true, force: true });
  return ensureSandbox(httpsPort === undefined ? args : { ...args, httpsPort });
}

/** The port of the last sandbox, if that is known and nobody else has it by now. */
async function lastPort(folder: string): Promise<number | undefined> {
  try {
    const state: unknown = JSON.parse(await readFile(join(folder, "state.json"), "utf8"));
    const port = (state as { host: { ports: { https: number } } }).host.ports.https;
    return Number.isInteger(port) && (await isPortFree(port)) ? port : undefined;
  } catch {
    return undefined; // whatever was there is being thrown away
  }
}
