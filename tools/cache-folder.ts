import { homedir } from "node:os";
import { join } from "node:path";

/** What `cacheFolder` decides from. */
export interface CacheFolderInput {
  env: NodeJS.ProcessEnv;
  /** As `process.platform`. */
  platform: NodeJS.Platform;
  /** The user's home folder. */
  home: string;
}

/**
 * The folder for what may be made again at any time, outside the checkout so that every clone shares it:
 * `$KEYTURN_CACHE`, else the platform's own place for caches
 * (https://specifications.freedesktop.org/basedir-spec/latest/ on Linux).
 */
export function cacheFolder({ env, platform, home }: CacheFolderInput): string {
  if (env.KEYTURN_CACHE) return env.KEYTURN_CACHE;
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, "keyturn");
  if (platform === "win32")
    return join(env.LOCALAPPDATA ?? join(home, "AppData", "Local"), "keyturn", "cache");
  if (platform === "darwin") return join(home, "Library", "Caches", "keyturn");
  return join(home, ".cache", "keyturn");
}

/** Where Node keeps compiled code for its next start (`NODE_COMPILE_CACHE`): half of what a start costs. */
export function compileCacheFolder(env: NodeJS.ProcessEnv): string {
  return join(cacheFolder({ env, platform: process.platform, home: homedir() }), "compile-cache");
}
