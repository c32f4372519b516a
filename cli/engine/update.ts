import type { CredentialOutput } from "../../infra/credential-output.ts";
import { leadsToAnother } from "../../infra/follow-up.ts";
import { problemsOf } from "../../infra/problems.ts";
import type { ProcessResult } from "../../tools/run-process.ts";
import type { Terminal } from "../terminal.ts";
import { type Directory, openDirectory } from "./directory.ts";
import { type Engine, pulumiError, timeoutError } from "./engine.ts";
import { noteRequests } from "./note-requests.ts";
import { readCredentials } from "./outputs.ts";
import { type HandMadeKey, type Removed, releaseStaleLock, removeOrphans, settlePending } from "./recover.ts";

export interface UpdateArgs {
  engine: Engine;
  terminal: Terminal;
  /** Passes the engine's own output on. */
  onLine?: (line: string) => void;
}

/** How an update went. */
export interface UpdateResult {
  credentials: Record<string, CredentialOutput>;
  /** Whether any resource was created, changed or deleted. */
  changed: boolean;
  /** What needs a person; empty if nothing does. */
  problems: string[];
  removed: Removed;
  /** Secrets that people made on managed applications. */
  handMade: HandMadeKey[];
}

/** One to find that a secret is broken, one to replace it, one to spare: see `leadsToAnother`. */
const MOST_UPDATES = 3;

/**
 * Brings a stack up to date, whatever state the last update left it in: settles what died half-way, updates,
 * goes on where one update leads to another, and removes what was lost on the way.
 * @throws CommandError if the engine refuses or fails.
 */
export async function updateStack(args: UpdateArgs): Promise<UpdateResult> {
  const { engine, terminal } = args;
  let opened: Promise<Directory> | undefined;
  const directory = () => {
    opened ??= openDirectory(engine.env);
    return opened;
  };
  const prepare = async () => {
    await settlePending(engine, directory, terminal);
    await noteRequests(engine);
  };
  await prepare().catch(async (error: unknown) => {
    if (!(await releaseStaleLock(engine, String(error), terminal))) throw error;
    await prepare();
  });
  let changed = false;
  let credentials: Record<string, CredentialOutput> = {};
  for (let updates = 1; updates <= MOST_UPDATES; updates++) {
    const result = await up(args);
    changed ||= !/\bResources:\s*\n\s*\d+ unchanged\s*$/m.test(result.stdout);
    credentials = await readCredentials(engine);
    if (result.exitCode !== 0 && problemsIn(credentials).length === 0) throw pulumiError(["up"], result);
    if (!leadsToAnother(credentials)) break;
  }
  const found = await removeOrphans(
    engine,
    await directory(),
    Object.entries(credentials).map(([name, { applicationObjectId }]) => ({ name, applicationObjectId })),
  );
  return { credentials, changed, problems: problemsIn(credentials), ...found };
}

async function up({ engine, terminal, onLine }: UpdateArgs): Promise<ProcessResult> {
  const run = () => engine.run(["up", "--yes", "--skip-preview"], onLine === undefined ? {} : { onLine });
  const result = await run();
  const said = `${result.stderr}\n${result.stdout}`;
  if (result.timedOut) throw timeoutError("the update");
  if (result.exitCode !== 0 && (await releaseStaleLock(engine, said, terminal))) return run();
  return result;
}

function problemsIn(credentials: Record<string, CredentialOutput>): string[] {
  return Object.entries(credentials).flatMap(([name, output]) => problemsOf(name, output));
}
