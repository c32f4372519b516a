import type { CredentialOutput } from "../../infra/credential-output.ts";
import { leadsToAnother } from "../../infra/follow-up.ts";
import { problemsOf } from "../../infra/problems.ts";
import type { ProcessResult } from "../../tools/run-process.ts";
import { openAzure } from "../bootstrap/azure.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import type { Policy } from "../policy/policy.ts";
import { brokenPolicy, withPolicyPack } from "../policy/policy-pack.ts";
import type { Terminal } from "../terminal.ts";
import { type Directory, openDirectory } from "./directory.ts";
import { type Engine, pulumiError, timeoutError } from "./engine.ts";
import { forgetGoneSecrets } from "./forget-gone.ts";
import { lockHolders } from "./lock.ts";
import { noteRequests } from "./note-requests.ts";
import { type CleanUp, removeOrphans } from "./orphans.ts";
import { readOutputs, type StackOutputs } from "./outputs.ts";
import { publishedKeysReader } from "./published-keys.ts";
import { releaseStaleLock, settlePending } from "./recover.ts";
import { hasReportedAll } from "./reported-errors.ts";
import { takeOverLost } from "./take-over.ts";

export interface UpdateArgs {
  engine: Engine;
  terminal: Terminal;
  /** What the update is judged by; undefined: by nothing. */
  policy: Policy | undefined;
  /** Passes the engine's own output on. */
  onLine?: (line: string) => void;
}

/** How an update went, and the clean-up after it. */
export interface UpdateResult extends CleanUp, StackOutputs {
  /** Whether any resource was created, changed or deleted. */
  changed: boolean;
  /** What needs a person; empty if nothing does. */
  problems: string[];
}

/** One to find that a secret is broken, one to replace it, one to spare: see `leadsToAnother`. */
const MOST_UPDATES = 3;
/** What an update stumbles over becomes known one by one; each repair leaves less of it. */
const MOST_REPAIRS = 20;

/**
 * Brings a stack up to date, whatever state the last update left it in: settles what died half-way, updates,
 * goes on where one update leads to another, and removes what was lost on the way.
 * @throws CommandError if the engine refuses or fails, or a mandatory policy is broken.
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
    if (!(await releaseStaleLock(engine, lockHolders(String(error)), terminal))) throw error;
    await prepare();
  });
  let changed = false;
  let outputs: StackOutputs = { credentials: {}, connectionString: undefined };
  let repairs = 0;
  for (let updates = 1; updates <= MOST_UPDATES; updates++) {
    let tried = await attempt(args);
    changed ||= tried.changed;
    while (hasFailed(tried) && repairs++ < MOST_REPAIRS && (await repaired(args, tried, directory))) {
      tried = await attempt(args);
      changed ||= tried.changed;
    }
    outputs = tried.outputs;
    if (hasFailed(tried)) throw pulumiError(["up"], tried.result);
    if (!leadsToAnother(outputs.credentials)) break;
  }
  const cleanUp = await cleanUpAfter(engine, directory, outputs.credentials);
  for (const warning of cleanUp.warnings) terminal.err(`keyturn: warning: ${warning}`);
  return { ...outputs, changed, problems: problemsIn(outputs.credentials), ...cleanUp };
}

/** One run of the engine, and what the stack says afterwards. */
interface Attempt {
  result: ProcessResult;
  changed: boolean;
  outputs: StackOutputs;
}

async function attempt(args: UpdateArgs): Promise<Attempt> {
  const result = await up(args);
  const broken = result.exitCode === 0 ? undefined : brokenPolicy(result.stdout);
  if (broken !== undefined) throw broken;
  const changed = !/\bResources:\s*\n\s*\d+ unchanged\s*$/m.test(result.stdout);
  return { result, changed, outputs: await readOutputs(args.engine) };
}

/** What stands in the outputs may be an older update's: this one has failed unless it said all of it, and no more. */
function hasFailed({ result, outputs }: Attempt): boolean {
  return result.exitCode !== 0 && !hasReportedAll(result.stdout, problemsIn(outputs.credentials));
}

/**
 * Whether an update has failed because the stack and Azure do not know the same: secrets that are gone are forgotten
 * then, and what was made with the answer lost is taken over.
 */
async function repaired(
  { engine, terminal }: UpdateArgs,
  { result }: Attempt,
  directory: () => Promise<Directory>,
): Promise<boolean> {
  const azure = () => openAzure(engine.env);
  const said = `${result.stderr}\n${result.stdout}`;
  try {
    const hasForgotten = await forgetGoneSecrets(engine, directory, terminal);
    return (await takeOverLost(engine, said, { directory, azure }, terminal)) || hasForgotten;
  } catch (error) {
    if (!isFailure(error)) throw error;
    // Why the update failed is what matters more.
    terminal.err(
      `keyturn: warning: whether the stack and Azure know the same could not be found out: ${error.message}`,
    );
    return false;
  }
}

/** The update is done: that nobody could look for what dead ones have lost makes it no failure. */
async function cleanUpAfter(
  engine: Engine,
  directory: () => Promise<Directory>,
  credentials: Record<string, CredentialOutput>,
): Promise<CleanUp> {
  const applications = Object.entries(credentials).map(([name, { applicationObjectId }]) => ({
    ...{ name, applicationObjectId },
  }));
  try {
    return await removeOrphans(engine, await directory(), publishedKeysReader(engine.env), applications);
  } catch (error) {
    if (!isFailure(error)) throw error;
    const warning = `what dead updates lost in Entra was not looked for, which the next update does: ${error.message}`;
    return { removed: { keys: [], applications: [] }, handMade: [], warnings: [warning] };
  }
}

/** Something could not be done; neither was it asked to stop, nor is it a mistake of the code. */
function isFailure(error: unknown): error is CommandError {
  return error instanceof CommandError && error.exitCode !== exitCodes.cancelled;
}

async function up({ engine, terminal, policy, onLine }: UpdateArgs): Promise<ProcessResult> {
  const run = () =>
    withPolicyPack(policy, (pack) =>
      engine.run(["up", "--yes", "--skip-preview", ...pack], onLine === undefined ? {} : { onLine }),
    );
  const result = await run();
  const said = `${result.stderr}\n${result.stdout}`;
  if (result.timedOut) throw timeoutError("the update");
  if (result.exitCode !== 0 && (await releaseStaleLock(engine, lockHolders(said), terminal))) return run();
  return result;
}

function problemsIn(credentials: Record<string, CredentialOutput>): string[] {
  return Object.entries(credentials).flatMap(([name, output]) => problemsOf(name, output));
}
