import { ConfigurationError, SecretReadError } from "../errors.ts";
import type { SecretCache } from "../secret-cache.ts";
import { type ExecSettings, type FileSettings, helpText, parseCommandLine } from "./command-line.ts";
import { exitCodeFor, exitCodes } from "./exit-codes.ts";
import { type AgentHost, AgentLog } from "./host.ts";
import { KeptFile } from "./keep-file.ts";
import { SupervisedProgram } from "./run-program.ts";
import { IdentityMissingError, openFeed, openSource } from "./secret-feed.ts";

/** What asks the agent to end. */
const endSignals = ["SIGINT", "SIGTERM", "SIGQUIT"] as const;

/**
 * Runs one command line of `keyturn-agent`; returns the exit code.
 *
 * @param version what `--version` shows.
 */
export async function runAgent(args: readonly string[], version: string, host: AgentHost): Promise<number> {
  const commandLine = parseCommandLine(args);
  switch (commandLine.kind) {
    case "help":
      host.writeOut(helpText);
      return exitCodes.ok;
    case "version":
      host.writeOut(`${version}\n`);
      return exitCodes.ok;
    case "mistakes":
      for (const mistake of commandLine.mistakes) {
        host.writeErr(`keyturn-agent: ${mistake}\n`);
      }
      host.writeErr("keyturn-agent: --help shows what is allowed\n");
      return exitCodes.usage;
  }
  const { settings } = commandLine;
  const log = new AgentLog(host, settings.json);
  try {
    return settings.command === "file" ? await keepFile(settings, host) : await runProgram(settings, host);
  } catch (error) {
    if (error instanceof SecretReadError) {
      log.tell("no-secret", error.message, { reason: error.reason });
      return exitCodeFor(error);
    }
    if (error instanceof ConfigurationError || error instanceof IdentityMissingError) {
      log.tell("bad-settings", error.message);
      return exitCodes.usage;
    }
    if (error instanceof Error && "code" in error && "syscall" in error) {
      return exitCodes.error; // A file that cannot be written: told where it happened.
    }
    throw error;
  }
}

async function keepFile(settings: FileSettings, host: AgentHost): Promise<number> {
  const file = new KeptFile(settings, host);
  const source = await openSource(settings.source, host);
  let written: Promise<void> = Promise.resolve();
  const feed = openFeed(settings, source, host, (secret) => {
    written = file.write(secret);
    written.catch(() => {}); // Told by the file, and tried again.
  });
  const ending = new Ending(host, feed);
  try {
    await ending.unless(feed.load(settings.startTimeoutMs));
    if (settings.once) {
      await written;
    } else {
      await ending.asked;
    }
    return exitCodes.ok;
  } finally {
    ending.close();
    feed.close();
    await file.close();
  }
}

async function runProgram(settings: ExecSettings, host: AgentHost): Promise<number> {
  const { path } = settings;
  const program = new SupervisedProgram(settings, host);
  // The file first: a signalled program reads it.
  const file =
    path === undefined
      ? undefined
      : new KeptFile({ ...settings, path }, host, (secret) => program.use(secret));
  const source = await openSource(settings.source, host);
  const feed = openFeed(settings, source, host, (secret) => {
    if (file === undefined) {
      program.use(secret);
    } else {
      file.write(secret).catch(() => {}); // Told by the file, and tried again.
    }
  });
  const ending = new Ending(host, feed);
  ending.asked.then((signal) => program.stop(signal));
  try {
    await ending.unless(feed.load(settings.startTimeoutMs));
    return await program.ended;
  } finally {
    ending.close();
    feed.close();
    await file?.close();
  }
}

/** Listens for the signals that end the agent, and for the one that makes it read now. */
class Ending {
  /** The signal, once one has come. */
  readonly asked: Promise<NodeJS.Signals>;
  readonly #stops: (() => void)[];

  constructor(host: AgentHost, feed: SecretCache) {
    let ask: (signal: NodeJS.Signals) => void = () => {};
    this.asked = new Promise((resolve) => {
      ask = resolve;
    });
    this.#stops = [
      ...endSignals.map((signal) => host.onSignal(signal, () => ask(signal))),
      host.onSignal("SIGHUP", () => feed.loadSince(feed.readsBegun).catch(() => {})),
    ];
  }

  /** Waits for `work`, or until the agent is to end. */
  async unless(work: Promise<unknown>): Promise<void> {
    await Promise.race([work, this.asked]);
    work.catch(() => {});
  }

  close(): void {
    for (const stop of this.#stops) {
      stop();
    }
  }
}
