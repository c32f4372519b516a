import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { connectionName, protectionsOf } from "../../cli/bootstrap/protection.ts";
import { jobsOf, workflowFiles } from "../github/workflow-files.ts";
import { pipelineSchema, templateSchema } from "./pipeline-schema.ts";

const FOLDER = fileURLToPath(new URL("../../azure-pipelines", import.meta.url));
const TEMPLATE = "templates/keyturn.yml";

interface Pipeline {
  file: string;
  text: string;
  document: unknown;
}

const pipelines: Pipeline[] = readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".yml"))
  .map((path) => path.replaceAll("\\", "/"))
  .sort()
  .map((file) => {
    const text = readFileSync(join(FOLDER, file), "utf8");
    return { file, text, document: parse(text) };
  });
const runs = pipelines.filter(({ file }) => file !== TEMPLATE);

/** Every mapping in a document, with the key under which it stands. */
function* mappings(value: unknown, under = ""): Generator<[under: string, mapping: Record<string, unknown>]> {
  if (Array.isArray(value)) {
    for (const each of value) yield* mappings(each, under);
  } else if (typeof value === "object" && value !== null) {
    yield [under, value as Record<string, unknown>];
    for (const [key, each] of Object.entries(value)) yield* mappings(each, key);
  }
}

const all = (of: readonly Pipeline[], key: string) =>
  of.flatMap(({ file, document }) =>
    [...mappings(document)].flatMap(([, each]) => (key in each ? [{ file, mapping: each }] : [])),
  );
const jobs = [...all(runs, "job"), ...all(runs, "deployment")];
const commands = all(runs, "command").map(({ file, mapping }) => ({
  file,
  command: String(mapping.command),
}));

describe("the pipelines for Azure DevOps", () => {
  it("have the form of the YAML schema, with nothing in a place where it means nothing", () => {
    for (const { file, document } of pipelines) {
      const schema = file === TEMPLATE ? templateSchema : pipelineSchema;
      const { error } = schema.safeParse(document);
      assert.equal(error, undefined, `${file}: ${error?.message}`);
    }
    // It does look.
    for (const [from, to] of [
      ["timeoutInMinutes", "timeout"],
      ["environment: prod", "enviroment: prod"],
      ["runOnce:", "runonce:"],
      ["pr: none", "pr: []"],
      ["- group:", "- name:"],
    ] as const) {
      const { text = "" } = runs.find(({ file }) => file === "merge.yml") ?? {};
      assert.ok(text.includes(from), from);
      assert.equal(pipelineSchema.safeParse(parse(text.replace(from, to))).success, false, to);
    }
  });

  it("give a fork's pull request no connection", () => {
    const signingIn = all(pipelines, "task").filter(({ mapping }) =>
      JSON.stringify(mapping.inputs).includes("azureSubscription"),
    );
    assert.equal(signingIn.length, 1);
    for (const { file, mapping } of signingIn) {
      assert.equal(
        mapping.condition,
        "and(succeeded(), ne(variables['System.PullRequest.IsFork'], 'True'))",
        file,
      );
    }
  });

  it("ask nobody where a schedule runs", () => {
    const protections = new Map(
      protectionsOf(["dev", "prod"]).map((each) => [connectionName(each.environment), each]),
    );
    for (const pipeline of runs) {
      const isScheduled = [...mappings(pipeline.document)].some(([, each]) => "cron" in each);
      for (const { mapping } of all([pipeline], "connection")) {
        const protection = protections.get(String(mapping.connection));
        assert.ok(protection, String(mapping.connection));
        if (isScheduled) assert.equal(protection.approval, "never", pipeline.file);
      }
    }
  });

  it("run what GitHub's workflows run, under the same names", () => {
    const here = new Map(Map.groupBy(commands, ({ file }) => file));
    const there = Map.groupBy(
      jobsOf(workflowFiles()).flatMap(([name, { steps, strategy }]) =>
        steps.flatMap(({ run = "" }) => {
          const [, command] = /^npx keyturn (pipeline .*)$/.exec(run) ?? [];
          if (command === undefined || name.endsWith("/by-hand")) return [];
          const stacks = (strategy as { matrix: { stack: string[] } } | undefined)?.matrix.stack ?? [
            undefined,
          ];
          const file = name.split("/")[0] ?? "";
          return stacks.map((stack) => ({
            file,
            command: stack === undefined ? command : `${command} --stack ${stack}`,
          }));
        }),
      ),
      ({ file }) => file,
    );
    for (const [file, expected] of there) assert.deepEqual(here.get(file), expected, file);
    assert.deepEqual([...here.keys()].sort(), [...there.keys()].sort());
    assert.deepEqual(
      runs.map(({ file }) => file),
      workflowFiles().map(({ file }) => file),
    );
  });

  it("hold no logic, and nothing that somebody typed in a script", () => {
    for (const { file, command } of commands)
      assert.match(command, /^pipeline [\w-]+( [\w-]+| "[\w ]+")*$/, file);
    const scripts = [...all(pipelines, "script"), ...all(pipelines, "inlineScript")];
    const texts = scripts.map(({ mapping }) => String(mapping.script ?? mapping.inlineScript));
    for (const text of texts) {
      assert.match(
        text,
        /^(npx keyturn \$\{\{ parameters\.command \}\}|npx keyturn sandbox [\w-]+( "[\w ]+")?|npm (ci --ignore-scripts|test|run [\w-]+))$/,
      );
    }
    assert.equal(texts.filter((text) => text.includes("parameters")).length, 1);
  });

  it("sign in by a connection without a secret, one for each environment", () => {
    for (const { file, mapping } of jobs) {
      const [connection, ...others] = new Set(
        [...mappings(mapping)].flatMap(([, each]) => ("connection" in each ? [each.connection] : [])),
      );
      assert.equal(others.length, 0, file);
      const groups = [...mappings(mapping)].flatMap(([, each]) => ("group" in each ? [each.group] : []));
      assert.deepEqual(
        groups,
        connection === undefined ? [] : [connection],
        `${file}: variables of another environment`,
      );
      const { environment } = mapping;
      if (environment !== undefined) assert.equal(connection, `keyturn-${environment}`, file);
      else if (connection !== undefined)
        assert.match(String(connection), /^keyturn-(preview|audit)-(dev|prod)$/, file);
    }
  });

  it("ask nobody before a rotation, and somebody before prod is deployed", () => {
    const environments = all(runs, "deployment").map(({ file, mapping }) => `${file} ${mapping.environment}`);
    assert.deepEqual(environments.sort(), [
      "merge.yml dev",
      "merge.yml prod",
      "rotate.yml rotate-dev",
      "rotate.yml rotate-prod",
    ]);
  });

  it("hold no secret, and give the job's token to the one step that needs it", () => {
    for (const { file, text } of pipelines) {
      assert.doesNotMatch(text, /secret|password|addSpnToEnvironment/i, file);
      assert.equal(text.includes("System.AccessToken"), file === TEMPLATE, file);
    }
    for (const { file, mapping } of all(pipelines, "checkout"))
      assert.equal(mapping.persistCredentials, false, file);
    const checkouts = all(pipelines, "checkout").length;
    const asNobody = ["checks.yml", "crash-points.yml"];
    assert.equal(checkouts, 1 + jobs.filter(({ file }) => asNobody.includes(file)).length);
  });

  it("end in time, on an image and with tasks that do not change under them", () => {
    for (const { file, mapping } of jobs) {
      const minutes = Number(mapping.timeoutInMinutes);
      assert.ok(minutes >= 5 && minutes <= 120, file);
    }
    for (const { file, document } of runs) {
      assert.match((document as { pool: { vmImage: string } }).pool.vmImage, /^ubuntu-\d\d\.\d\d$/, file);
    }
    for (const { mapping } of all(pipelines, "task")) assert.match(String(mapping.task), /^\w+@\d+$/);
  });

  it("rotate and audit at the same times as on GitHub", () => {
    for (const { file, workflow } of workflowFiles()) {
      const [there] = (workflow.on.schedule as { cron: string }[] | undefined) ?? [];
      const document = runs.find((each) => each.file === file)?.document as
        | { schedules?: { cron: string; always: boolean }[] }
        | undefined;
      const schedules = document?.schedules;
      assert.equal(schedules?.[0]?.cron, there?.cron, file);
      if (schedules !== undefined)
        assert.equal(schedules[0]?.always, true, "even if nothing was merged since");
    }
  });
});
