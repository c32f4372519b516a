import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { linkModules } from "./linked-modules.ts";
import { PROJECT, runGit } from "./repository.ts";
import type { ActionStandIn } from "./run-steps.ts";

/**
 * Stand-ins for the marketplace's actions that Keyturn's workflows use. An input that a stand-in does not know
 * fails the step.
 */
export function standIns(urls: { repository: string; pathOfNpm: string }): Record<string, ActionStandIn> {
  return { "actions/checkout": checkout(urls.repository), "actions/setup-node": setupNode(urls.pathOfNpm) };
}

/** A real clone of the run's commit; the packages are linked into it instead of being installed by `npm ci`. */
function checkout(repository: string): ActionStandIn {
  return async ({ inputs, job }) => {
    const { "persist-credentials": persist = "true", "fetch-depth": depth = "1" } = known(inputs, [
      "persist-credentials",
      "fetch-depth",
    ]);
    if (persist !== "false") throw new Error("the token must not be left in the checkout's settings");
    const { workspace, env } = job;
    const history = depth === "0" ? [] : ["--depth", depth];
    await runGit(workspace, "init", "--quiet");
    await runGit(workspace, "remote", "add", "origin", repository);
    await runGit(workspace, "fetch", "--quiet", ...history, "origin", env.GITHUB_SHA ?? "");
    await runGit(workspace, "checkout", "--quiet", "--detach", "FETCH_HEAD");
    await linkModules(PROJECT, workspace);
  };
}

/** The Node that runs this test, with an npm whose `ci` leaves the linked packages alone. */
function setupNode(pathOfNpm: string): ActionStandIn {
  return async ({ inputs, job }) => {
    const { "node-version": version } = known(inputs, ["node-version", "cache"]);
    if (!process.versions.node.startsWith(`${version}.`)) throw new Error(`this is not Node ${version}`);
    const folder = join(job.temporary, "tools");
    await mkdir(folder);
    const npm = [
      "#!/bin/sh",
      'if [ "$1" != ci ]; then exec "$REAL_NPM" "$@"; fi',
      `cmp package-lock.json '${join(PROJECT, "package-lock.json")}' || exit 1`,
      "echo the packages are linked already",
    ];
    await writeFile(join(folder, "npm"), `${npm.join("\n")}\n`.replace("$REAL_NPM", pathOfNpm), {
      mode: 0o755,
    });
    job.env.PATH = [folder, dirname(process.execPath), job.env.PATH].join(":");
  };
}

function known(inputs: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  const stranger = Object.keys(inputs).find((name) => !names.includes(name));
  if (stranger !== undefined) throw new Error(`the tests' stand-in does not know the input ${stranger}`);
  return inputs;
}
