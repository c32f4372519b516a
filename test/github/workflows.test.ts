import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { z } from "zod";
import { main } from "../../cli/main.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { ensureActionlint } from "../../tools/actionlint/ensure-actionlint.ts";
import { runProcess } from "../../tools/run-process.ts";

import { temporaryFolder } from "../support/temporary-folder.ts";
import { jobsOf, WORKFLOWS_FOLDER, workflowFiles } from "./workflow-files.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const files = workflowFiles();
const jobs = jobsOf(files);

const expression = (text: string) => `\${{ ${text} }}`;

/** What a job needs beyond reading the repository, and why nothing else does. */
const RIGHTS: Readonly<Record<string, Record<string, string>>> = {
  "audit.yml/audit": { contents: "read", "id-token": "write", issues: "write" },
  "checks.yml/sandbox": { contents: "read" },
  "checks.yml/test": { contents: "read" },
  "crash-points.yml/strike": { contents: "read" },
  "merge.yml/by-hand": { contents: "read", "id-token": "write", "pull-requests": "read" },
  "merge.yml/dev": { contents: "read", "id-token": "write", "pull-requests": "read" },
  "merge.yml/prod": { contents: "read", "id-token": "write", "pull-requests": "read" },
  "pull-request.yml/preview": { contents: "read", "id-token": "write", "pull-requests": "write" },
  "rotate.yml/by-hand": { contents: "read", "id-token": "write", issues: "write" },
  "rotate.yml/dev": { contents: "read", "id-token": "write", issues: "write" },
  "rotate.yml/prod": { contents: "read", "id-token": "write", issues: "write" },
};

/** Whose names alone say in which environment a job signs in. */
const ENVIRONMENTS: Readonly<Record<string, string>> = {
  "audit.yml/audit": "audit-prod",
  "merge.yml/by-hand": expression("inputs.stack"),
  "merge.yml/dev": "dev",
  "merge.yml/prod": "prod",
  "pull-request.yml/preview": `preview-${expression("matrix.stack")}`,
  "rotate.yml/by-hand": `rotate-${expression("inputs.stack")}`,
  "rotate.yml/dev": "rotate-dev",
  "rotate.yml/prod": "rotate-prod",
};

/** What a command says of itself, on one line. */
async function helpOf(args: string[]): Promise<string> {
  let said = "";
  const terminal: Terminal = {
    out: (text) => {
      said += text;
    },
    err: () => {},
    verbatim: () => {},
    interactive: false,
    style: (_, text) => text,
  };
  assert.equal(await main([...args, "--help"], terminal), 0, args.join(" "));
  return said.replaceAll(/\s+/g, " ");
}

/** What says that a run was lost. */
const LOST_RUN = "node .github/report-lost-run.js";

describe("the workflows", () => {
  it("are what actionlint takes for right", async (t) => {
    const actionlint = await ensureActionlint();
    if (actionlint === undefined) return t.skip("there is no Go to build actionlint with");
    const run = async (paths: string[]) =>
      runProcess(actionlint, ["-no-color", "-shellcheck=", "-pyflakes=", ...paths], {
        cwd: ROOT,
        env: process.env,
        timeoutMs: 60_000,
      });
    const paths = files.map(({ file }) => join(WORKFLOWS_FOLDER, file));
    const found = await run(paths);
    assert.equal(found.exitCode, 0, found.stdout + found.stderr);

    // It does look: an expression in a script and a name that there is not are found.
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, "bad"), { recursive: true });
    const bad = join(folder, "bad", "rotate.yml");
    copyFileSync(join(WORKFLOWS_FOLDER, "rotate.yml"), bad);
    writeFileSync(
      bad,
      readFileSync(bad, "utf8")
        .replace("inputs.reason }}", "inputs.because }}")
        .replace("needs: dev", "needs: nobody"),
    );
    const refused = await run([bad]);
    assert.equal(refused.exitCode, 1);
    assert.match(refused.stdout, /because/);
    assert.match(refused.stdout, /nobody/);
  });

  it("run every action at a commit, with its version beside it", () => {
    for (const { file, text } of files) {
      const uses = text.split("\n").filter((line) => /^\s*(- )?uses:/.test(line));
      assert.ok(uses.length > 0, file);
      for (const line of uses) {
        assert.match(
          line,
          /uses: [\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/,
          `${file}: ${line.trim()}`,
        );
      }
    }
  });

  it("run the same commit of an action everywhere", () => {
    const pins = new Map<string, Set<string>>();
    for (const { text } of files) {
      for (const [, action = "", pin = ""] of text.matchAll(/uses: ([\w./-]+)@(.+)$/gm)) {
        pins.set(action, (pins.get(action) ?? new Set()).add(pin));
      }
    }
    for (const [action, versions] of pins) assert.equal(versions.size, 1, action);
  });

  it("give no right to all jobs, and to each job those that it needs", () => {
    for (const { file, workflow } of files) assert.deepEqual(workflow.permissions, {}, file);
    assert.deepEqual(Object.fromEntries(jobs.map(([name, { permissions }]) => [name, permissions])), RIGHTS);
  });

  it("sign in nowhere but in an environment, and there alone with a token of the run's", () => {
    const environments = jobs.flatMap(([name, { environment }]) =>
      environment === undefined ? [] : [[name, environment]],
    );
    assert.deepEqual(Object.fromEntries(environments), ENVIRONMENTS);
    for (const [name, { environment, permissions }] of jobs) {
      assert.equal(environment !== undefined, permissions["id-token"] === "write", name);
    }
  });

  it("hold no secret and ask for none", () => {
    for (const { file, text } of files) {
      assert.doesNotMatch(text, /secrets\s*[.[:]|\bsecrets:\s*inherit|CLIENT_SECRET|PASSWORD|_KEY\b/i, file);
    }
  });

  it("give nothing to a pull request from a fork", () => {
    for (const { file, workflow } of files) {
      for (const event of ["pull_request_target", "workflow_run", "issue_comment", "issues", "discussion"]) {
        assert.ok(!(event in workflow.on), `${file}: ${event} runs with rights on what strangers wrote`);
      }
    }
  });

  it("leave no token behind in the checkout, and run no install script", () => {
    for (const [name, { steps }] of jobs) {
      const [checkout, ...others] = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
      assert.equal(others.length, 0, name);
      assert.equal(checkout?.with?.["persist-credentials"], false, name);
      assert.ok(
        steps.some(({ run }) => run === "npm ci --ignore-scripts"),
        name,
      );
    }
  });

  it("hold no logic: each script is one command, without an expression in it", () => {
    for (const [name, { steps }] of jobs) {
      for (const { run, if: condition } of steps) {
        if (run === undefined || (condition !== undefined && run === LOST_RUN)) continue;
        assert.match(
          run,
          /^(npx keyturn [\w-]+( [\w-]+| "[\w ]+")*|npm (ci --ignore-scripts|test|run [\w-]+))$/,
          `${name}: ${run}`,
        );
      }
    }
  });

  it("run commands that exist, with flags that they know", async () => {
    const commands = new Set(
      jobs.flatMap(([, { steps }]) =>
        steps.flatMap(({ run }) => (run?.startsWith("npx keyturn pipeline ") ? [run] : [])),
      ),
    );
    assert.ok(commands.size >= 6);
    for (const command of commands) {
      const args = [...command.matchAll(/"([^"]*)"|(\S+)/g)]
        .map(([, quoted, plain]) => quoted ?? plain ?? "")
        .slice(2);
      const help = await helpOf(args);
      for (const flag of args.filter((arg) => arg.startsWith("--")))
        assert.ok(help.includes(flag), `${command}: ${flag}`);
    }
  });

  it("say when a job is over, and which runs may not go on at once", () => {
    for (const [name, { "timeout-minutes": minutes, "runs-on": runsOn }] of jobs) {
      assert.ok(minutes >= 5 && minutes <= 120, name);
      assert.match(runsOn, /^ubuntu-\d\d\.\d\d$/, `${name}: an image that does not change under it`);
    }
    for (const { file, workflow } of files) {
      for (const [id, each] of Object.entries(workflow.jobs)) {
        const group = each.concurrency ?? workflow.concurrency;
        assert.ok(group !== undefined, `${file}/${id}`);
        // What deploys is never cut short; what only looks is, by its successor.
        const changes = each.permissions["id-token"] === "write" && !("pull_request" in workflow.on);
        assert.equal(group["cancel-in-progress"], !changes, `${file}/${id}`);
      }
    }
  });

  it("tell of a scheduled rotation that could not even be started, with nothing that is installed", () => {
    for (const [name, { steps }] of jobs) {
      const isScheduled = ["rotate.yml/dev", "rotate.yml/prod"].includes(name);
      const last = steps.at(-1);
      assert.equal(last?.run === LOST_RUN, isScheduled, name);
      if (!isScheduled) continue;
      assert.equal(last?.if, "failure()", name);
      assert.equal(last.env?.KEYTURN_STACK, name.split("/")[1]);
    }
  });

  it("rotate every day, at a minute that few choose, dev before prod, and without anybody's approval", () => {
    const rotate = files.find(({ file }) => file === "rotate.yml")?.workflow;
    const schedule = z.array(z.object({ cron: z.string() })).parse(rotate?.on.schedule)[0];
    assert.match(schedule?.cron ?? "", /^(?!0 |15 |30 |45 )[0-5]?\d \d+ \* \* \*$/);
    assert.equal(rotate?.jobs.prod?.needs, "dev");
    for (const id of ["dev", "prod"]) {
      assert.ok(
        rotate?.jobs[id]?.steps.some(({ run }) => run?.includes("--jitter")),
        id,
      );
      // `prod` asks people, and nobody is there at night.
      assert.notEqual(rotate?.jobs[id]?.environment, id);
    }
  });
});

describe("updates of what this is made of", () => {
  it("come as pull requests for everything that is pinned", () => {
    const { version, updates } = parse(readFileSync(join(ROOT, ".github/dependabot.yml"), "utf8")) as {
      version: number;
      updates: {
        "package-ecosystem": string;
        directory?: string;
        directories?: string[];
        schedule: { interval: string };
      }[];
    };
    assert.equal(version, 2);
    const places = updates.flatMap((update) =>
      [update.directory ?? [], update.directories ?? []]
        .flat()
        .map((folder) => `${update["package-ecosystem"]} ${folder}`),
    );
    const modules = readdirSync(join(ROOT, "tools"), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith("go.mod"))
      .map((path) => `gomod /tools/${path.replace(/\/go\.mod$/, "")}`);
    assert.deepEqual(places.sort(), ["github-actions /", "npm /", ...modules].sort());
  });
});
