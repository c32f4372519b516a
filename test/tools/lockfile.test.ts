import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { z } from "zod";

const read = (path: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), "utf8"));

const versions = z.record(z.string(), z.string()).default({});
const manifest = z.object({
  dependencies: versions,
  devDependencies: versions,
  optionalDependencies: versions,
  private: z.boolean().default(false),
  workspaces: z.array(z.string()).default([]),
});
const lock = z
  .object({
    packages: z.record(
      z.string(),
      z.object({
        resolved: z.string().optional(),
        link: z.boolean().default(false),
        optionalDependencies: versions,
      }),
    ),
  })
  .parse(read("package-lock.json"));

test("the lock file holds the packages of every platform, not only of the one that it was written on", () => {
  const missing = Object.entries(lock.packages).flatMap(([path, { optionalDependencies }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !isLocked(path, name))
      .map((name) => `${name}, optional for ${path || "the project"}`),
  );
  assert.deepEqual(missing, []);
});

/** Whether a package that `path` asks for is locked: beside it, or in any folder above, as Node looks for it. */
function isLocked(path: string, name: string): boolean {
  const above = path
    .split("/node_modules/")
    .map((_, depth, parts) => parts.slice(0, depth + 1).join("/node_modules/"));
  return ["", ...above].some(
    (folder) => `${folder === "" ? "" : `${folder}/`}node_modules/${name}` in lock.packages,
  );
}

test("the lock file names no registry, so that each clone uses its own", () => {
  const named = Object.values(lock.packages).filter(({ resolved, link }) => resolved !== undefined && !link);
  assert.deepEqual(named, []);
});

test("every direct dependency is pinned to one version, but for those of a package that others install", () => {
  const exact = /^(npm:[^@]+@)?\d+\.\d+\.\d+$/;
  // Its users decide on the version; here the lock file does.
  const compatible = /^\^\d+\.\d+\.\d+$/;
  const root = manifest.parse(read("package.json"));
  for (const folder of ["", ...root.workspaces.map((workspace) => `${workspace}/`)]) {
    const held = manifest.parse(read(`${folder}package.json`));
    const { dependencies, devDependencies, optionalDependencies } = held;
    const isPublished = !held.private;
    for (const [name, version] of Object.entries({
      ...dependencies,
      ...devDependencies,
      ...optionalDependencies,
    })) {
      // A package of this repository is whatever the checkout holds.
      if (`node_modules/${name}` in lock.packages && lock.packages[`node_modules/${name}`]?.link) continue;
      assert.match(version, isPublished ? compatible : exact, `${name} in ${folder}package.json`);
    }
  }
});
