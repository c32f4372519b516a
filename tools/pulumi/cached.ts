import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import { cacheFolder } from "../cache-folder.ts";
import { executableName, findExecutable } from "../find-on-path.ts";
import { runProcess } from "../run-process.ts";
import { cliVersion } from "./pins.ts";

/** What a cached CLI says of itself, in `origin.json` beside its `bin` folder. */
const originSchema = z.object({ version: z.string(), source: z.enum(["download", "build"]) });

/** How a cached CLI was made. */
export type Origin = z.infer<typeof originSchema>;

/** A cached CLI. */
export interface CachedPulumi extends Origin {
  /** The folder of its executables. */
  folder: string;
}

/** Where the CLI of the pinned version is cached, for this platform. */
export function cachedRoot(env: NodeJS.ProcessEnv): string {
  const cache = cacheFolder({ env, platform: process.platform, home: homedir() });
  return join(cache, "pulumi", `${cliVersion}-${process.platform}-${process.arch}`);
}

/** The cached CLI below `root`, if there is one. */
export async function readCached(root: string): Promise<CachedPulumi | undefined> {
  const folder = join(root, "bin");
  if (findExecutable("pulumi", [folder]) === undefined) return undefined;
  try {
    return { folder, ...originSchema.parse(JSON.parse(await readFile(join(root, "origin.json"), "utf8"))) };
  } catch {
    // Not made by us, or damaged: it is made again.
    return undefined;
  }
}

/**
 * Makes a CLI in a folder aside with `make`, proves that it runs, and moves it to `root` in one step, so
 * that nobody ever sees half of it. Call it under the lock: it removes what killed runs left behind.
 */
export async function makeCached(
  root: string,
  env: NodeJS.ProcessEnv,
  make: (aside: string) => Promise<Origin["source"]>,
): Promise<CachedPulumi> {
  await mkdir(dirname(root), { recursive: true });
  await removeLeftovers(root);
  const aside = await mkdtemp(`${root}.making-`);
  try {
    await mkdir(join(aside, "bin"));
    const source = await make(aside);
    const version = await proveItRuns(join(aside, "bin"), env);
    const origin: Origin = { version, source };
    await writeFile(join(aside, "origin.json"), `${JSON.stringify(origin, undefined, 2)}\n`);
    await rm(root, { recursive: true, force: true });
    await rename(aside, root);
    return { folder: join(root, "bin"), ...origin };
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

async function removeLeftovers(root: string): Promise<void> {
  const parent = dirname(root);
  for (const name of await readdir(parent)) {
    if (join(parent, name).startsWith(`${root}.making-`)) {
      await rm(join(parent, name), { recursive: true, force: true });
    }
  }
}

async function proveItRuns(folder: string, env: NodeJS.ProcessEnv): Promise<string> {
  if (findExecutable("pulumi-language-nodejs", [folder]) === undefined) {
    throw new Error("it came without pulumi-language-nodejs");
  }
  const version = await pulumiVersionText(join(folder, executableName("pulumi")), env);
  if (version !== `v${cliVersion}`)
    throw new Error(`\`pulumi version\` says "${version}" instead of v${cliVersion}`);
  return cliVersion;
}

/** What `pulumi version` prints; nothing if it cannot run. */
export async function pulumiVersionText(pulumi: string, env: NodeJS.ProcessEnv): Promise<string> {
  try {
    const asked = await runProcess(pulumi, ["version"], {
      env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
      timeoutMs: 60_000,
    });
    return asked.stdout.trim();
  } catch {
    return "";
  }
}
