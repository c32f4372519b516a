import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import type { ClientSecret } from "../client-secret.ts";
import type { ExecSettings } from "./command-line.ts";
import { exitCodes } from "./exit-codes.ts";
import { type AgentHost, AgentLog } from "./host.ts";
import { describeSecret } from "./secret-feed.ts";

/** A program that runs with the newest secret in its environment. */
export class SupervisedProgram {
  /** The exit code, once the program has ended for good. */
  readonly ended: Promise<number>;
  readonly #settings: ExecSettings;
  readonly #host: AgentHost;
  readonly #log: AgentLog;
  #end: (code: number) => void = () => {};
  #child: ChildProcess | undefined;
  #secret: ClientSecret | undefined;
  #cancelKill: () => void = () => {};
  #isRestarting = false;
  #isStopping = false;

  constructor(settings: ExecSettings, host: AgentHost) {
    this.#settings = settings;
    this.#host = host;
    this.#log = new AgentLog(host, settings.json);
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** Starts the program with the secret, or brings a running one to use it. */
  use(secret: ClientSecret): void {
    this.#secret = secret;
    if (this.#isStopping) {
      return;
    }
    if (this.#child === undefined) {
      this.#start(secret);
      return;
    }
    const { onRotation, signal, stopSignal } = this.#settings;
    if (onRotation === "signal") {
      this.#log.tell("program-signalled", `${signal} to the program: ${describeSecret(secret)}`);
      this.#child.kill(signal);
    } else if (!this.#isRestarting) {
      this.#isRestarting = true;
      this.#log.tell("program-restarting", `restarting the program: ${describeSecret(secret)}`);
      this.#stopChild(stopSignal);
    }
  }

  /** Ends the program for good. */
  stop(signal: NodeJS.Signals): void {
    this.#isStopping = true;
    if (this.#child === undefined) {
      this.#end(exitCodes.ok);
    } else {
      this.#stopChild(signal);
    }
  }

  #start(secret: ClientSecret): void {
    const { program, programArgs, variable } = this.#settings;
    const child = spawn(program, programArgs, {
      env: { ...this.#host.environment, [variable]: secret.reveal() },
      stdio: "inherit",
    });
    this.#child = child;
    child.once("spawn", () =>
      this.#log.tell("program-started", `started ${program}: ${describeSecret(secret)}`, { pid: child.pid }),
    );
    child.once("error", (error: NodeJS.ErrnoException) => {
      if (child.pid === undefined) {
        this.#log.tell("program-not-started", `cannot start ${program} (${error.code ?? "unknown"})`);
        this.#end(error.code === "ENOENT" ? exitCodes.notFound : exitCodes.notExecutable);
      }
    });
    child.once("exit", (code, signal) => this.#onExit(code, signal));
  }

  #stopChild(signal: NodeJS.Signals): void {
    this.#cancelKill();
    this.#child?.kill(signal);
    this.#cancelKill = this.#host.clock.setTimer(() => {
      this.#log.tell("program-killed", "the program did not end in time: SIGKILL");
      this.#child?.kill("SIGKILL");
    }, this.#settings.stopTimeoutMs);
  }

  #onExit(code: number | null, signal: NodeJS.Signals | null): void {
    this.#cancelKill();
    this.#child = undefined;
    if (this.#isRestarting && !this.#isStopping && this.#secret !== undefined) {
      this.#isRestarting = false;
      this.#start(this.#secret);
      return;
    }
    const exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
    this.#log.tell("program-ended", `the program ended with ${signal ?? exitCode}`);
    this.#end(exitCode);
  }
}
