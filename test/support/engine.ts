import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  type ConfigMap,
  LocalWorkspace,
  type ProjectSettings,
  type Stack,
  type StackSettings,
} from "@pulumi/pulumi/automation/index.js";
import type { ProcessResult } from "../../tools/run-process.ts";
import { isolatedEnvironment, type RunPulumiOptions, runPulumi, testPulumi } from "./pulumi.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** What a stack for one test is made of. */
export interface TestStackOptions {
  /** The folder of `Pulumi.yaml` and, if it is there, `Pulumi.<stackName>.yaml`. Nothing is written to it. */
  program: string;
  /** Default `dev`. */
  stackName?: string;
  /** Settings over those of the stack's file, by full name (`keyturn:team`). */
  config?: ConfigMap;
  /** Environment variables of the engine and the program, such as those that attach the sandbox. */
  env?: Record<string, string>;
}

/** A stack on a throwaway backend. */
export interface TestStack {
  /** For the Automation API. Each of its operations runs the CLI a few times; `run` does so once. */
  stack: Stack;
  /** The folder of the throwaway project, whose `Pulumi.yaml` points at the program. */
  project: string;
  /** The folder of the file backend. */
  backend: string;
  /** The whole environment, for a process that must see what the engine sees. */
  env: NodeJS.ProcessEnv;
  /** Runs `pulumi` with these arguments on the stack, never asking. It may fail: look at the exit code. */
  run(args: readonly string[], options?: RunPulumiOptions): Promise<ProcessResult>;
  /** The checkpoint as the backend holds it. */
  checkpoint(): Promise<string>;
}

/**
 * Makes a stack for a test: a file backend, a PULUMI_HOME and a project folder of its own. All of it is
 * removed after the test. There is nothing to destroy: the only cloud in reach is an emulated one.
 */
export async function testStack(
  t: Pick<TestContext, "after">,
  { program, stackName = "dev", config = {}, env: over = {} }: TestStackOptions,
): Promise<TestStack> {
  const { command } = await testPulumi();
  const folder = temporaryFolder(t);
  const home = join(folder, "home");
  const ownBackend = join(folder, "backend");
  const project = join(folder, "project");
  // What a killed process leaves in it goes with the test.
  const temporary = join(folder, "tmp");
  for (const part of [home, ownBackend, project, temporary]) mkdirSync(part);
  const envVars = await isolatedEnvironment({
    PULUMI_HOME: home,
    TMPDIR: temporary,
    // As the sandbox has it: see `sandbox/host/environment.ts`.
    PULUMI_BACKEND_URL: `${pathToFileURL(ownBackend).href}?metadata=skip`,
    PULUMI_CONFIG_PASSPHRASE: "of a test",
    ...over,
  });
  const settings = await readSettings(program, stackName);
  // Only secrets need the engine to be written down, and each of its runs takes a part of a second.
  const plain = Object.entries(config).filter(([, { secret }]) => secret !== true);
  const secrets = Object.fromEntries(Object.entries(config).filter(([, { secret }]) => secret === true));
  const ofStack: StackSettings = {
    ...settings.stack,
    config: {
      ...settings.stack.config,
      ...Object.fromEntries(plain.map(([name, { value }]) => [name, value])),
    },
  };
  const stack = await LocalWorkspace.createStack(
    { stackName, workDir: project },
    {
      pulumiCommand: command,
      pulumiHome: home,
      envVars,
      projectSettings: settings.project,
      stackSettings: { [stackName]: ofStack },
    },
  );
  if (Object.keys(secrets).length > 0) await stack.setAllConfig(secrets);
  const env = { ...process.env, ...envVars };
  // A sandbox's environment may bring a backend of its own.
  const backend = fileURLToPath(envVars.PULUMI_BACKEND_URL ?? "");
  return {
    stack,
    project,
    backend,
    env,
    run: (args, options) =>
      runPulumi([...args, "--stack", stackName, "--non-interactive"], { cwd: project, env, ...options }),
    checkpoint: () =>
      readFile(join(backend, ".pulumi", "stacks", settings.project.name, `${stackName}.json`), "utf8"),
  };
}

/** The program's own settings, to be read from a folder elsewhere. */
async function readSettings(
  program: string,
  stackName: string,
): Promise<{ project: ProjectSettings; stack: StackSettings }> {
  const { command } = await testPulumi();
  const source = await LocalWorkspace.create({ workDir: program, pulumiCommand: command });
  const project = await source.projectSettings();
  const stack: StackSettings = existsSync(join(program, `Pulumi.${stackName}.yaml`))
    ? await source.stackSettings(stackName)
    : {};
  // The salt belongs to the passphrase of the real stack.
  const { encryptionSalt: _salt, ...withoutSalt } = stack;
  return { project: { ...project, main: resolve(program, project.main ?? "") }, stack: withoutSalt };
}

const nodeModules = fileURLToPath(new URL("../../node_modules", import.meta.url));

/** Writes a program of one file (TypeScript, ES module) that can import what this checkout can; returns its folder. */
export function writeProgram(t: Pick<TestContext, "after">, source: string): string {
  const folder = temporaryFolder(t);
  writeFileSync(
    join(folder, "Pulumi.yaml"),
    "name: keyturn-test\nruntime:\n  name: nodejs\n  options:\n    typescript: false\nmain: index.ts\n",
  );
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
  writeFileSync(join(folder, "index.ts"), source);
  symlinkSync(nodeModules, join(folder, "node_modules"), "junction");
  return folder;
}
