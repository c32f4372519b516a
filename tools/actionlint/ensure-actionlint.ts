import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "../cache-folder.ts";
import { exclusively } from "../exclusive.ts";
import { executableName, findExecutable, pathFolders } from "../find-on-path.ts";
import { describeFailure, runProcess } from "../run-process.ts";

/** `go.mod` says which version is built, `go.sum` the hash of every module in it. */
const MODULE = fileURLToPath(new URL("./module", import.meta.url));
const PACKAGE = "github.com/rhysd/actionlint/cmd/actionlint";
const BUILD_TIMEOUT_MS = 10 * 60_000;
const WAIT_TIMEOUT_MS = 20 * 60_000;

/**
 * The path of actionlint, which checks GitHub's workflows: built with Go from its published module, some seconds once
 * for each version and machine, and cached outside of the checkout.
 * @returns undefined if there is no Go.
 * @throws Error if it cannot be built.
 */
export async function ensureActionlint(env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  const root = await cachedRoot(env);
  const executable = join(root, executableName("actionlint"));
  if (existsSync(executable)) return executable;
  const go = findExecutable("go", pathFolders(env));
  if (go === undefined) return undefined;
  await mkdir(dirname(root), { recursive: true });
  return exclusively(
    {
      path: root,
      alreadyDone: async () => (existsSync(executable) ? executable : undefined),
      onWait: () => {},
      timeoutMs: WAIT_TIMEOUT_MS,
    },
    async () => {
      await build(go, root, env);
      return executable;
    },
  );
}

/** Named for what is built, so that another version is another folder. */
async function cachedRoot(env: NodeJS.ProcessEnv): Promise<string> {
  const pins = createHash("sha256");
  for (const name of ["go.mod", "go.sum"]) pins.update(await readFile(join(MODULE, name)));
  const cache = cacheFolder({ env, platform: process.platform, home: homedir() });
  const version = pins.digest("hex").slice(0, 12);
  return join(cache, "actionlint", `${version}-${process.platform}-${process.arch}`);
}

/** Aside first, and moved in one step, so that nobody ever runs half of it. */
async function build(go: string, root: string, env: NodeJS.ProcessEnv): Promise<void> {
  const aside = await mkdtemp(`${root}.making-`);
  try {
    const { GOOS: _os, GOARCH: _architecture, GOFLAGS: _flags, ...rest } = env;
    const output = join(aside, executableName("actionlint"));
    const args = [
      "build",
      "-mod=readonly",
      "-trimpath",
      "-buildvcs=false",
      "-ldflags",
      "-s -w",
      "-o",
      output,
      PACKAGE,
    ];
    const built = await runProcess(go, args, {
      cwd: MODULE,
      env: { ...rest, CGO_ENABLED: "0", GOWORK: "off" },
      timeoutMs: BUILD_TIMEOUT_MS,
    });
    if (built.exitCode !== 0) throw new Error(describeFailure(`go build ${PACKAGE}`, built));
    await rm(root, { recursive: true, force: true });
    await rename(aside, root);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}
