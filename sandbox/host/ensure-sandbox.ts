import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { compileCacheFolder } from "../../tools/cache-folder.ts";
import type { StoreOrigin } from "../file-store.ts";
import { SandboxClient } from "./control-client.ts";
import type { SandboxStatus } from "./control-protocol.ts";
import { readProcessRecord } from "./process-record.ts";
import { type StartMessage, startMessage } from "./start-message.ts";

/** The sandbox could not be started, for a reason that the user can put right. */
export class SandboxStartError extends Error {
  override readonly name = "SandboxStartError";
}

export interface EnsureSandboxArgs {
  /** Absolute. Made if it is missing. */
  folder: string;
  /** Of the HTTPS face, for a new sandbox. Default: a free one. */
  httpsPort?: number;
  /** The first moment of a new sandbox; milliseconds since 1970. */
  nowMs: number;
}

/** A sandbox in its own process, and how it came to be there. */
export interface EnsuredSandbox {
  client: SandboxClient;
  status: SandboxStatus;
  /** Whether this call started it. */
  started: boolean;
  /** What a started one made of the folder; undefined if it was running already. */
  origin: StoreOrigin | undefined;
}

/** A start takes about a second; a machine under load may need many. */
const START_TIMEOUT_MS = 60_000;
const POLL_MS = 25;
/** How long to wait for another process's sandbox before trying again to start one. */
const POLL_TIMEOUT_MS = 5_000;

/**
 * The sandbox of a folder: the one that runs there, or one that is started now and goes on running when
 * this process ends. However many ask at once, there is one.
 * @throws SandboxStartError
 */
export async function ensureSandbox(args: EnsureSandboxArgs): Promise<EnsuredSandbox> {
  const giveUpMs = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    const running = await findSandbox(args.folder);
    if (running !== undefined) return { ...found(running, args), started: false, origin: undefined };
    const message = await startProcess(args);
    switch (message.kind) {
      case "ready": {
        const started = await findSandbox(args.folder);
        if (started === undefined)
          throw new SandboxStartError(`The sandbox has ended again. ${seeLog(args)}`);
        return { ...started, started: true, origin: message.origin };
      }
      case "locked":
        // Somebody else is starting it, or was just looking whether it runs.
        await pollForSandbox(args.folder);
        break;
      case "refused":
        throw new SandboxStartError(message.message);
      case "failed":
        throw new SandboxStartError(`${message.message} ${seeLog(args)}`);
    }
    if (performance.now() > giveUpMs) {
      throw new SandboxStartError(
        `Another process holds the sandbox in ${args.folder} and does not answer. ` +
          "`keyturn sandbox stop` ends it.",
      );
    }
  }
}

/** The sandbox that runs in a folder. */
export interface FoundSandbox {
  client: SandboxClient;
  status: SandboxStatus;
}

/** The sandbox that runs in this folder, if one does. What a dead process left behind counts for nothing. */
export async function findSandbox(folder: string): Promise<FoundSandbox | undefined> {
  const record = await readProcessRecord(folder);
  if (record === undefined || record.control === null) return undefined;
  const client = new SandboxClient(record.control);
  try {
    const status = await client.call("status", {});
    return status.pid === record.pid ? { client, status } : undefined;
  } catch {
    // Another program may have the port by now, and answer whatever it likes.
    return undefined;
  }
}

function found(sandbox: FoundSandbox, { folder, httpsPort }: EnsureSandboxArgs): FoundSandbox {
  const { https } = sandbox.status.ports;
  if (httpsPort === undefined || httpsPort === https) return sandbox;
  throw new SandboxStartError(
    `A sandbox is already running in ${folder}, at port ${https} and not ${httpsPort}. Stop it first.`,
  );
}

async function pollForSandbox(folder: string): Promise<void> {
  const untilMs = performance.now() + POLL_TIMEOUT_MS;
  while (performance.now() < untilMs && (await findSandbox(folder)) === undefined) await sleep(POLL_MS);
}

function seeLog({ folder }: EnsureSandboxArgs): string {
  return `More is in ${logFile(folder)}.`;
}

export function logFile(folder: string): string {
  return join(folder, "sandbox.log");
}

async function startProcess({ folder, httpsPort, nowMs }: EnsureSandboxArgs): Promise<StartMessage> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const log = await open(logFile(folder), "a", 0o600);
  try {
    const child = spawn(
      process.execPath,
      [
        join(import.meta.dirname, "process-main.ts"),
        ...["--folder", folder, "--now-ms", String(nowMs)],
        ...(httpsPort === undefined ? [] : ["--port", String(httpsPort)]),
      ],
      {
        cwd: folder,
        detached: true,
        env: { NODE_COMPILE_CACHE: compileCacheFolder(process.env), ...process.env },
        stdio: ["ignore", log.fd, log.fd, "ipc"],
      },
    );
    const outcome = await Promise.race([
      once(child, "message").then(([message]) => startMessage.parse(message)),
      once(child, "exit").then(([code, signal]): StartMessage => {
        return {
          kind: "failed",
          message: `The sandbox's process ended at once (${signal ?? `exit code ${code}`}).`,
        };
      }),
      sleep(START_TIMEOUT_MS, undefined, { ref: false }).then((): StartMessage => {
        child.kill("SIGKILL");
        return { kind: "failed", message: `The sandbox was not up after ${START_TIMEOUT_MS / 1000} s.` };
      }),
    ]);
    if (child.connected) child.disconnect();
    child.unref();
    return outcome;
  } finally {
    await log.close();
  }
}
