import { dirname } from "node:path";
import { CommandError } from "../../cli/exit-codes.ts";
import { exclusively } from "../exclusive.ts";
import { findExecutable, pathFolders } from "../find-on-path.ts";
import { type OnProgress, startStep, stderrProgress } from "../progress.ts";
import { type CachedPulumi, cachedRoot, makeCached, pulumiVersionText, readCached } from "./cached.ts";
import {
  type FailedAttempt,
  judgePath,
  noPulumiMessage,
  type PathVerdict,
  type PulumiSource,
} from "./choose.ts";
import { buildWithGo } from "./go-build.ts";
import { downloadOfficial } from "./official-download.ts";

/** A usable Pulumi CLI. */
export interface Pulumi {
  /** The folder that holds `pulumi`; its Node language host is there too, or on PATH. */
  folder: string;
  version: string;
  source: PulumiSource;
}

/** Puts a CLI into `root`/bin, or throws an Error that says why it cannot. */
type MakePulumi = (root: string, env: NodeJS.ProcessEnv, onProgress: OnProgress) => Promise<void>;

/** What `ensurePulumi` may be told. */
export interface EnsurePulumiOptions {
  /** The environment to look in: PATH, KEYTURN_CACHE and what Go reads. Default: this process's. */
  env?: NodeJS.ProcessEnv;
  /** Told about long steps. Default: writes them to standard error. */
  onProgress?: OnProgress;
  /** How the official CLI is downloaded; tests stay off the network with it. */
  download?: MakePulumi;
}

/** Longer than a cold build on a slow machine. */
const waitForOthersMs = 2 * 60 * 60_000;

/**
 * Finds a usable Pulumi CLI, or makes one: PATH, else the cache, else the official download, else a build
 * with Go. The last two take minutes, happen once per machine and version, and fill the cache.
 *
 * @throws CommandError if none of the ways works: what was tried, why each failed, what to install.
 */
export async function ensurePulumi(options: EnsurePulumiOptions = {}): Promise<Pulumi> {
  const { env = process.env, download = downloadOfficial } = options;
  const root = cachedRoot(env);
  const ready = await readCached(root);
  const { verdict, folder } = await lookOnPath(env, ready);
  if (verdict.usable) return { folder, version: verdict.version, source: "path" };
  const onPath: FailedAttempt = { source: "path", reason: verdict.reason };
  if (ready !== undefined) return ready;
  const writer = stderrProgress();
  try {
    return await makeOnce(root, env, options.onProgress ?? writer.onProgress, onPath, download);
  } finally {
    writer.end();
  }
}

async function lookOnPath(
  env: NodeJS.ProcessEnv,
  cached: CachedPulumi | undefined,
): Promise<{ verdict: PathVerdict; folder: string }> {
  const folders = pathFolders(env);
  const pulumi = findExecutable("pulumi", folders);
  const folder = pulumi === undefined ? "" : dirname(pulumi);
  // The cached one was asked when it was made; asking takes a quarter of a second of every command.
  const version = async () =>
    folder === cached?.folder ? cached.version : pulumi && (await pulumiVersionText(pulumi, env));
  const verdict = judgePath({
    pulumi,
    versionText: await version(),
    languageHost: findExecutable("pulumi-language-nodejs", [...folders, folder]),
  });
  return { verdict, folder };
}

async function makeOnce(
  root: string,
  env: NodeJS.ProcessEnv,
  onProgress: OnProgress,
  onPath: FailedAttempt,
  download: MakePulumi,
): Promise<CachedPulumi> {
  let waiting: ReturnType<typeof startStep> | undefined;
  try {
    return await exclusively(
      {
        path: root,
        alreadyDone: () => readCached(root),
        onWait: (owner) => {
          const whose = owner ? `process ${owner.pid} on ${owner.host}` : "another process";
          waiting = startStep(onProgress, `Waiting for the Pulumi CLI that ${whose} is getting`);
        },
        timeoutMs: waitForOthersMs,
      },
      () => {
        waiting?.end();
        return make(root, env, onProgress, onPath, download);
      },
    );
  } finally {
    waiting?.end();
  }
}

async function make(
  root: string,
  env: NodeJS.ProcessEnv,
  onProgress: OnProgress,
  onPath: FailedAttempt,
  download: MakePulumi,
): Promise<CachedPulumi> {
  const failed: FailedAttempt[] = [onPath];
  const ways: { source: CachedPulumi["source"]; make: MakePulumi }[] = [
    { source: "download", make: download },
    { source: "build", make: buildWithGo },
  ];
  for (const way of ways) {
    try {
      return await makeCached(root, env, async (aside) => {
        await way.make(aside, env, onProgress);
        return way.source;
      });
    } catch (error) {
      failed.push({ source: way.source, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  throw new CommandError(noPulumiMessage(failed));
}
