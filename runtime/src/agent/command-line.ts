import { constants } from "node:os";
import { parseArgs } from "node:util";
import { durationMs } from "./duration.ts";

/** Where the agent takes the secret from. */
export type AgentSource =
  | { readonly kind: "vault"; readonly vaultUrl: string; readonly secretName: string }
  | { readonly kind: "file"; readonly path: string };

export interface CommonSettings {
  readonly source: AgentSource;
  readonly intervalMs: number;
  readonly startTimeoutMs: number;
  readonly json: boolean;
}

export interface FileSettings extends CommonSettings {
  readonly command: "file";
  readonly path: string;
  readonly mode: number;
  readonly once: boolean;
}

export interface ExecSettings extends CommonSettings {
  readonly command: "exec";
  readonly variable: string;
  readonly program: string;
  readonly programArgs: readonly string[];
  readonly onRotation: "restart" | "signal";
  readonly signal: NodeJS.Signals;
  readonly stopSignal: NodeJS.Signals;
  readonly stopTimeoutMs: number;
  /** A file that is kept besides. */
  readonly path: string | undefined;
  readonly mode: number;
}

export type CommandLine =
  | { readonly kind: "run"; readonly settings: FileSettings | ExecSettings }
  | { readonly kind: "help" | "version" }
  | { readonly kind: "mistakes"; readonly mistakes: readonly string[] };

export const helpText = `Usage: keyturn-agent file [options] --path PATH
       keyturn-agent exec [options] --env NAME -- PROGRAM [ARGUMENT...]

Brings a rotating client secret to a program that cannot ask for it itself.

  file    keeps a file that holds the current secret: replaced at once, readable
          by its owner only
  exec    runs a program with the current secret in its environment, and restarts
          or signals it after a rotation

Source of the secret (one of):
  --vault-url URL --secret NAME   a secret in Azure Key Vault, read with the
                                  identity that @azure/identity finds
  --source-file PATH              a file that something else replaces

Options:
  --interval TIME        time between reads of the vault, a fifth more or less
                         (default 10m, from 1s to 24h)
  --start-timeout TIME   how long to wait for the first secret (default 60s)
  --json                 report events as JSON lines (always on standard error)
  -h, --help             show this
  -V, --version          show the version

Options of file, and of exec if it is to keep a file as well:
  --path PATH            the file to keep
  --mode MODE            its permissions, octal (default 0600; nothing for others)

Options of file:
  --once                 write the file and end

Options of exec:
  --env NAME             the environment variable for the secret
  --on-rotation WHAT     restart (default) or signal; signal needs --path, because
                         the environment of a running program cannot change
  --signal NAME          what on-rotation signal sends (default SIGHUP)
  --stop-signal NAME     what ends the program before a restart (default SIGTERM)
  --stop-timeout TIME    how long it may take to end before SIGKILL (default 30s)

Times: a number and ms, s, m or h. SIGHUP makes the agent read the source now.

Exit codes: 0 ok, 1 error, 2 bad flags, 3 not allowed to read the secret, 4 no usable
secret, 9 no answer in time, 126 and 127 program not executable or not found; else the
program's own, or 128 plus the number of the signal that ended it.
`;

const options = {
  "vault-url": { type: "string" },
  secret: { type: "string" },
  "source-file": { type: "string" },
  interval: { type: "string", default: "10m" },
  "start-timeout": { type: "string", default: "60s" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
  version: { type: "boolean", short: "V", default: false },
  path: { type: "string" },
  mode: { type: "string", default: "0600" },
  once: { type: "boolean" },
  env: { type: "string" },
  "on-rotation": { type: "string" },
  signal: { type: "string" },
  "stop-signal": { type: "string" },
  "stop-timeout": { type: "string" },
} as const;

const execOnly = ["env", "on-rotation", "signal", "stop-signal", "stop-timeout"] as const;

/** Reads a command line. Pure. Every mistake is reported, not only the first. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    return { kind: "mistakes", mistakes: [(error as Error).message.replace(/\. To specify .*/s, "")] };
  }
  const { values, positionals } = parsed;
  if (values.help || values.version) {
    return { kind: values.help ? "help" : "version" };
  }
  const [command, ...rest] = positionals;
  const mistakes: string[] = [];
  const check = (holds: boolean, mistake: string) => {
    if (!holds) {
      mistakes.push(mistake);
    }
  };
  const time = (
    name: "interval" | "start-timeout" | "stop-timeout",
    text: string,
    least: string,
    most: string,
  ) => {
    const ms = durationMs(text);
    check(
      ms !== undefined && ms >= (durationMs(least) ?? 0) && ms <= (durationMs(most) ?? 0),
      `--${name} is "${text}", allowed is a time from ${least} to ${most}`,
    );
    return ms ?? 0;
  };
  const signal = (name: "signal" | "stop-signal", text: string): NodeJS.Signals => {
    check(
      Object.hasOwn(constants.signals, text) && text !== "SIGKILL" && text !== "SIGSTOP",
      `--${name} is "${text}", allowed is the name of a signal that a program can handle, such as SIGHUP`,
    );
    return text as NodeJS.Signals;
  };

  check(
    command === "file" || command === "exec",
    `the command is "${command ?? ""}", allowed is file or exec`,
  );
  const source = readSource(values, check);
  const mode = readMode(values.mode, check);
  const common = {
    source,
    intervalMs: time("interval", values.interval, "1s", "24h"),
    startTimeoutMs: time("start-timeout", values["start-timeout"], "0s", "24h"),
    json: values.json,
  };
  if (command === "exec") {
    const onRotation = values["on-rotation"] ?? "restart";
    const [program, ...programArgs] = rest;
    check(values.once === undefined, "--once is an option of file");
    check(
      /^[A-Za-z_][0-9A-Za-z_]*$/.test(values.env ?? ""),
      `--env is "${values.env ?? ""}", allowed is the name of an environment variable`,
    );
    check(program !== undefined, "the program is missing: put it and its arguments after --");
    check(
      onRotation === "restart" || onRotation === "signal",
      `--on-rotation is "${onRotation}", allowed is restart or signal`,
    );
    check(onRotation !== "signal" || values.path !== undefined, "--on-rotation signal needs --path");
    check(onRotation === "signal" || values.signal === undefined, "--signal needs --on-rotation signal");
    const settings: ExecSettings = {
      ...common,
      command,
      variable: values.env ?? "",
      program: program ?? "",
      programArgs,
      onRotation: onRotation === "signal" ? "signal" : "restart",
      signal: signal("signal", values.signal ?? "SIGHUP"),
      stopSignal: signal("stop-signal", values["stop-signal"] ?? "SIGTERM"),
      stopTimeoutMs: time("stop-timeout", values["stop-timeout"] ?? "30s", "0s", "24h"),
      path: values.path,
      mode,
    };
    return mistakes.length > 0 ? { kind: "mistakes", mistakes } : { kind: "run", settings };
  }
  check(rest.length === 0, `"${rest.join(" ")}" is left over: file takes options only`);
  for (const name of execOnly) {
    check(values[name] === undefined, `--${name} is an option of exec`);
  }
  check(values.path !== undefined && values.path !== "", "--path is missing: the file to keep");
  const settings: FileSettings = {
    ...common,
    command: "file",
    path: values.path ?? "",
    mode,
    once: values.once ?? false,
  };
  return mistakes.length > 0 ? { kind: "mistakes", mistakes } : { kind: "run", settings };
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
}

type Values = ReturnType<typeof parse>["values"];
type Check = (holds: boolean, mistake: string) => void;

function readSource(values: Values, check: Check): AgentSource {
  const { "vault-url": vaultUrl, secret, "source-file": path } = values;
  if (path !== undefined) {
    check(
      vaultUrl === undefined && secret === undefined,
      "--source-file excludes --vault-url and --secret: name one source",
    );
    check(path !== "", "--source-file is empty, allowed is a path");
    return { kind: "file", path };
  }
  const url = vaultUrl !== undefined && URL.canParse(vaultUrl) ? new URL(vaultUrl) : undefined;
  check(
    vaultUrl !== undefined || secret !== undefined,
    "the source is missing: --vault-url and --secret, or --source-file",
  );
  if (vaultUrl !== undefined || secret !== undefined) {
    check(
      url?.protocol === "https:" && url.pathname === "/" && url.username === "" && url.search === "",
      `--vault-url is "${vaultUrl ?? ""}", allowed is the address of a vault, such as https://NAME.vault.azure.net`,
    );
    check(
      /^[0-9A-Za-z-]{1,127}$/.test(secret ?? ""),
      `--secret is "${secret ?? ""}", allowed are 1 to 127 letters, digits and hyphens`,
    );
  }
  return { kind: "vault", vaultUrl: vaultUrl ?? "", secretName: secret ?? "" };
}

function readMode(text: string, check: Check): number {
  const mode = /^0?[0-7]{3}$/.test(text) ? Number.parseInt(text, 8) : Number.NaN;
  check(
    (mode & 0o400) !== 0 && (mode & 0o007) === 0 && (mode & 0o111) === 0,
    `--mode is "${text}", allowed is octal, readable by the owner, nothing for others, nothing executable: 0600, 0640`,
  );
  return mode;
}
