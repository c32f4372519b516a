import { cpSync, mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { pathToFileURL } from "node:url";
import { initialFaultsState } from "../../../sandbox/faults/state.ts";
import type { FaceCertificate } from "../../../sandbox/https/certificate.ts";
import type { State } from "../../../sandbox/state.ts";
import type { ProcessResult } from "../../../tools/run-process.ts";
import { type KeyturnOptions, keyturn } from "../keyturn-command.ts";
import { runPulumi } from "../pulumi.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { azureInOwnProcess, azureInProcess, type CrashableAzure } from "./azure.ts";

/** A stack and its Azure at one moment, to be copied as often as one likes. */
export interface PreparedWorld {
  /** Holds the folders `home`, `backend` and `project`. Nobody changes it. */
  folder: string;
  env: NodeJS.ProcessEnv;
  state: State;
  certificate: FaceCertificate;
}

/** A world of its own, in which something may die. */
export interface World {
  azure: CrashableAzure;
  folders: Folders;
  env: NodeJS.ProcessEnv;
  keyturn(args: readonly string[], options?: KeyturnOptions): Promise<ProcessResult>;
  pulumi(args: readonly string[]): Promise<ProcessResult>;
  checkpoint(): Promise<Checkpoint>;
}

/** What is read of a stack's checkpoint. */
export interface Checkpoint {
  resources?: { type: string; id?: string; outputs?: Record<string, unknown> }[];
  pending_operations?: unknown[];
}

/** A command that is struck must end by itself before that, in real time. */
const LONGEST_RUN_MS = 300_000;

const PARTS = ["home", "backend", "project"] as const;
/** Pulumi's own, the one of its file backend, and the one of `Pulumi.yaml`. */
export type Folders = Record<(typeof PARTS)[number], string>;

/** Keeps a world as it is now; `env`, without what belongs to the place, is that of the stack. */
export function keepWorld(
  t: Pick<TestContext, "after">,
  from: Folders,
  rest: Omit<PreparedWorld, "folder">,
): PreparedWorld {
  const folder = temporaryFolder(t);
  for (const part of PARTS) cpSync(from[part], join(folder, part), { recursive: true });
  return { folder, ...rest, state: { ...rest.state, faults: initialFaultsState() } };
}

/** Copies a prepared world. Everything is gone after the test. */
export async function copyOfWorld(
  t: Pick<TestContext, "after">,
  prepared: PreparedWorld,
  { ownProcess = false, seed }: { ownProcess?: boolean; seed: string },
): Promise<World> {
  // The test runner cleans up in the order of registration: the folder has to outlive who works in it.
  const cleanUps: (() => unknown)[] = [];
  t.after(async () => {
    for (const cleanUp of cleanUps.toReversed()) await cleanUp();
  });
  const folder = temporaryFolder({ after: (cleanUp) => void cleanUps.push(cleanUp as () => unknown) });
  for (const part of PARTS) cpSync(join(prepared.folder, part), join(folder, part), { recursive: true });
  const azureFolder = join(folder, "azure");
  const temporary = join(folder, "tmp");
  for (const own of [azureFolder, temporary]) mkdirSync(own);
  const start = ownProcess ? azureInOwnProcess : azureInProcess;
  const { state, certificate } = prepared;
  const azure = await start({ folder: azureFolder, state, certificate, seed });
  cleanUps.push(() => azure.close());
  const {
    PULUMI_BACKEND_URL: _backend,
    PULUMI_CONFIG_PASSPHRASE: _passphrase,
    ...variables
  } = await azure.env();
  const folders: Folders = {
    home: join(folder, "home"),
    backend: join(folder, "backend"),
    project: join(folder, "project"),
  };
  const { project } = folders;
  const env = {
    ...prepared.env,
    ...variables,
    PULUMI_HOME: folders.home,
    TMPDIR: temporary,
    PULUMI_BACKEND_URL: `${pathToFileURL(folders.backend).href}?metadata=skip`,
  };
  return {
    azure,
    folders,
    env,
    keyturn: (args, options) => keyturn({ project, env }, args, { timeoutMs: LONGEST_RUN_MS, ...options }),
    pulumi: (args) => runPulumi([...args, "--stack", "dev", "--non-interactive"], { cwd: project, env }),
    checkpoint: async () => {
      const file = join(folders.backend, ".pulumi", "stacks", "keyturn", "dev.json");
      const text = await readFile(file, "utf8");
      return (JSON.parse(text) as { checkpoint?: { latest?: Checkpoint } }).checkpoint?.latest ?? {};
    },
  };
}
