import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Document, isMap, isSeq, parseDocument } from "yaml";
import { runProcess } from "../../../tools/run-process.ts";

/** This checkout. */
export const PROJECT = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");

/** What a run does not need, and what would make each checkout slow. */
const LEFT_OUT = new Set(["node_modules", ".git", "test", "bench"]);

/** A Git server with one repository, and a developer's clone of it. */
export interface Repository {
  /** Where it can be cloned from. */
  url: string;
  /** The developer's clone. */
  clone: string;
  git(...args: string[]): Promise<string>;
  /** Changes files in the clone and commits: each file's new text, from its old one. Returns the commit. */
  commit(message: string, changes: Readonly<Record<string, (text: string) => string>>): Promise<string>;
}

/** Puts this checkout, as it is on disk, into a repository of its own. */
export async function createRepository(
  folder: string,
  changes: Readonly<Record<string, (text: string) => string>>,
): Promise<Repository> {
  const bare = join(folder, "server.git");
  const clone = join(folder, "developer");
  await mkdir(clone);
  const repository = { url: pathToFileURL(bare).href, clone, ...openClone(clone) };
  await cp(PROJECT, clone, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => !LEFT_OUT.has(relative(PROJECT, source).split("/")[0] ?? ""),
  });
  await runGit(folder, "init", "--quiet", "--bare", "--initial-branch=main", bare);
  await repository.git("init", "--quiet", "--initial-branch=main");
  await repository.git("remote", "add", "origin", repository.url);
  await repository.commit("Take Keyturn over", changes);
  await repository.git("push", "--quiet", "origin", "main");
  return repository;
}

/** A clone as somebody else has it, who may not push to this repository. */
export async function forkOf(repository: Repository, folder: string): Promise<Repository> {
  const bare = join(folder, "fork.git");
  const clone = join(folder, "stranger");
  await runGit(folder, "clone", "--quiet", "--bare", repository.url, bare);
  await runGit(folder, "clone", "--quiet", pathToFileURL(bare).href, clone);
  return { url: pathToFileURL(bare).href, clone, ...openClone(clone) };
}

function openClone(clone: string): Pick<Repository, "git" | "commit"> {
  const git = (...args: string[]) => runGit(clone, ...args);
  return {
    git,
    commit: async (message, changes) => {
      for (const [path, change] of Object.entries(changes)) {
        const file = join(clone, path);
        const before = await readFile(file, "utf8");
        const after = change(before);
        if (after === before) throw new Error(`${path}: nothing is changed`);
        await writeFile(file, after);
      }
      await git("add", "--all");
      await git("commit", "--quiet", "--message", message);
      return (await git("rev-parse", "HEAD")).trim();
    },
  };
}

/** Runs Git without anybody's own settings. @throws with what it said, if it fails. */
export async function runGit(cwd: string, ...args: string[]): Promise<string> {
  const who = { NAME: "Dana Developer", EMAIL: "dana@example.com", DATE: "2026-03-02T08:00:00Z" };
  const env = {
    PATH: process.env.PATH,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    ...Object.fromEntries(
      Object.entries(who).flatMap(([name, value]) => [
        [`GIT_AUTHOR_${name}`, value],
        [`GIT_COMMITTER_${name}`, value],
      ]),
    ),
  };
  const result = await runProcess("git", args, { cwd, env, timeoutMs: 60_000 });
  if (result.exitCode !== 0) throw new Error(`git ${args.join(" ")}: ${result.stderr}`);
  return result.stdout;
}

/** A change of a YAML file by path, which keeps its comments; `undefined` removes. */
export function yamlEdit(...edits: readonly [path: readonly (string | number)[], value: unknown][]) {
  return (text: string): string => {
    const document = parseDocument(text);
    for (const [path, value] of edits) edit(document, path, value);
    return document.toString({ lineWidth: 0 });
  };
}

function edit(document: Document, path: readonly (string | number)[], value: unknown): void {
  if (value === undefined) document.deleteIn(path);
  else {
    const above = document.getIn(path.slice(0, -1));
    if (path.length > 1 && !isMap(above) && !isSeq(above)) throw new Error(`there is no ${path.join(".")}`);
    document.setIn(path, document.createNode(value));
  }
}
