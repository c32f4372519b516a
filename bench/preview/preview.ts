import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { createSandbox } from "../../sandbox/host/create-sandbox.ts";
import { fillIn, placeholdersIn } from "../../sandbox/host/placeholders.ts";
import { type TestStack, testStack, writeProgram } from "../../test/support/engine.ts";
import { type Benchmark, type BenchmarkContext, type Figure, medianOf } from "../benchmark.ts";
import { type Case, type Measurement, measure } from "../measure.ts";
import {
  type Deployment,
  type FlatResource,
  flatDeployment,
  flatProgram,
  flatResources,
  templateProgram,
} from "./flat-program.ts";
import { benchSettings } from "./settings.ts";
import { templateProject } from "./template-project.ts";

/** How many credentials the stacks hold. */
const sizes = [1, 10, 100] as const;

const programFile = fileURLToPath(new URL("../../infra/index.ts", import.meta.url));
const projectFile = fileURLToPath(new URL("../../Pulumi.yaml", import.meta.url));

const names = {
  empty: "empty program",
  cold: "1 credential, nothing compiled before",
  template: "1 credential in Pulumi's template",
  coldTemplate: "1 credential in Pulumi's template, nothing compiled before",
  ours: (size: number) => `${size} credential${size === 1 ? "" : "s"}`,
  flat: (size: number) => `${size} credential${size === 1 ? "" : "s"}, flat without components`,
};

/** A no-change preview of our program, against the engine's floor and what else the same resources could cost. */
export const previewBenchmark: Benchmark = {
  name: "preview",
  description: "pulumi preview with nothing to change",
  run: async (context) => {
    const empty = await testStack(context, { program: writeProgram(context, "export {};\n") });
    await deploy(empty);
    const deployed: Deployed[] = [];
    for (const size of sizes) deployed.push(await deployOurs(size, context));
    const [one] = deployed;
    if (one === undefined) throw new Error("nothing was deployed");
    const template = await templateStack(one, context);
    const cases: Case[] = [
      previewCase(names.empty, empty),
      coldCase(names.coldTemplate, template, "TS_NODE_CACHE_DIRECTORY"),
      previewCase(names.template, template),
      coldCase(names.cold, one.stack, "NODE_COMPILE_CACHE"),
      ...deployed.map(({ size, stack }) => previewCase(names.ours(size), stack)),
    ];
    for (const each of deployed)
      cases.push(previewCase(names.flat(each.size), await flatStack(each, context)));
    const measurements = await measure(cases, context.measure);
    return { measurements, figures: [...speedFigures(measurements), ...resourceFigures(deployed)] };
  },
};

/** Our program, deployed into a sandbox of its own. */
interface Deployed {
  size: number;
  stack: TestStack;
  /** What attaches the engine to the sandbox. */
  env: Record<string, string>;
  exported: Deployment;
  resources: FlatResource[];
}

async function deployOurs(size: number, context: BenchmarkContext): Promise<Deployed> {
  context.progress(`deploying ${names.ours(size)}`);
  const sandbox = await createSandbox({ seed: size });
  context.after(() => sandbox.close());
  const settings = benchSettings(size);
  const ids = await sandbox.store.update((draft) =>
    fillIn(draft.entra, placeholdersIn(settings), {
      nowMs: sandbox.clock.nowMs(),
      randomness: sandbox.randomness,
    }),
  );
  const { PULUMI_BACKEND_URL: _shared, ...sandboxEnv } = sandbox.env;
  const env = { ...sandboxEnv, KEYTURN_FILL_IN: JSON.stringify(ids) };
  const program = writeProgram(context, "");
  writeProject(program, programFile, settings);
  const stack = await testStack(context, { program, env });
  await deploy(stack);
  const exported = await exportDeployment(stack);
  return { size, stack, env, exported, resources: flatResources(exported) };
}

/** The same resources as one flat list, taken over from the deployment, against the same sandbox. */
async function flatStack(
  { resources, exported, env }: Deployed,
  context: BenchmarkContext,
): Promise<TestStack> {
  const program = writeProgram(context, flatProgram(resources));
  writeFileSync(join(program, "resources.json"), JSON.stringify(resources));
  writeProject(program, join(program, "index.ts"));
  return takeOver(await testStack(context, { program, env }), exported);
}

/** The same again, in the project that Pulumi's template makes, without what we do for a fast start. */
async function templateStack(one: Deployed, context: BenchmarkContext): Promise<TestStack> {
  context.progress("installing the template's dependencies (once; about half a minute)");
  const program = await templateProject(sdkVersions());
  writeFileSync(join(program, "index.ts"), templateProgram(one.resources));
  const stack = await testStack(context, { program, env: { ...one.env, NODE_COMPILE_CACHE: "" } });
  return takeOver(stack, one.exported);
}

async function takeOver(stack: TestStack, exported: Deployment): Promise<TestStack> {
  const file = join(stack.project, "deployment.json");
  writeFileSync(file, JSON.stringify(flatDeployment(exported)));
  await succeed(stack, ["stack", "import", "--file", file]);
  return stack;
}

/** `Pulumi.yaml`, with the runtime as our own project has it, and `Pulumi.dev.yaml`, as JSON, which YAML includes. */
function writeProject(folder: string, main: string, settings: Record<string, unknown> = {}): void {
  const { runtime } = parse(readFileSync(projectFile, "utf8")) as { runtime: unknown };
  const config = Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [`keyturn:${name}`, value]),
  );
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "Pulumi.yaml"), JSON.stringify({ name: "keyturn", runtime, main }));
  writeFileSync(join(folder, "Pulumi.dev.yaml"), JSON.stringify({ config }));
}

const preview = ["preview", "--expect-no-changes"];

function previewCase(name: string, stack: TestStack): Case {
  return { name, run: async () => void (await succeed(stack, preview)) };
}

/**
 * The same with an empty cache of compiled code at each run, as in a pipeline or (for ts-node, which keeps what it
 * has compiled and checked in the folder that this variable names) after each edit.
 */
function coldCase(name: string, stack: TestStack, cacheVariable: string): Case {
  return {
    name,
    run: async () => {
      const cache = mkdtempSync(join(stack.project, "cache-"));
      await succeed(stack, preview, { [cacheVariable]: cache });
    },
  };
}

async function deploy(stack: TestStack): Promise<void> {
  await succeed(stack, ["up", "--yes", "--skip-preview"]);
}

async function exportDeployment(stack: TestStack): Promise<Deployment> {
  return JSON.parse(await succeed(stack, ["stack", "export", "--show-secrets"]));
}

/** A hundred credentials take a while to deploy. */
const engineTimeoutMs = 10 * 60_000;

async function succeed(stack: TestStack, args: string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const ended = await stack.run(args, { timeoutMs: engineTimeoutMs, env: { ...stack.env, ...env } });
  if (ended.exitCode !== 0) {
    throw new Error(
      `pulumi ${args.join(" ")} ended with ${ended.exitCode}\n${ended.stdout}\n${ended.stderr}`,
    );
  }
  return ended.stdout;
}

function sdkVersions(): Record<string, string> {
  const require = createRequire(import.meta.url);
  const sdks = ["pulumi", "azure-native", "azuread", "random"].map((name) => `@pulumi/${name}`);
  return Object.fromEntries(sdks.map((name) => [name, require(`${name}/package.json`).version]));
}

/** What the measurements say about the aims. */
function speedFigures(measurements: readonly Measurement[]): Figure[] {
  const median = (name: string) => medianOf(measurements, name);
  const [one, ten, hundred] = sizes.map((size) => median(names.ours(size))) as [number, number, number];
  const ratio = (name: string, value: number, aim?: Figure["aim"]): Figure => ({
    name,
    value,
    unit: "×",
    ...(aim === undefined ? {} : { aim }),
  });
  const few = (ten - one) / 9;
  const many = (hundred - ten) / 90;
  return [
    ratio("1 credential / empty program", one / median(names.empty), { atMost: 1.3 }),
    ratio("template / ours, nothing compiled before", median(names.coldTemplate) / median(names.cold), {
      atLeast: 4,
    }),
    ratio("template / ours, compiled before", median(names.template) / one),
    ...sizes.map((size) =>
      ratio(`${names.ours(size)} / flat`, median(names.ours(size)) / median(names.flat(size)), {
        atMost: 1.1,
      }),
    ),
    { name: "each credential from 1 to 10", value: few, unit: "ms" },
    { name: "each credential from 10 to 100", value: many, unit: "ms" },
    ratio("each one's cost, many / few", many / few, { atMost: 1.2 }),
  ];
}

/** How many resources a credential takes, and the stack without any. */
function resourceFigures(deployed: readonly Deployed[]): Figure[] {
  const [first, last] = [deployed.at(0), deployed.at(-1)];
  if (first === undefined || last === undefined || first === last) return [];
  const count = ({ exported }: Deployed) => exported.deployment.resources.length;
  const each = (count(last) - count(first)) / (last.size - first.size);
  return [
    { name: "each credential", value: each, unit: "resources" },
    { name: "the stack besides", value: count(first) - each * first.size, unit: "resources" },
  ];
}
