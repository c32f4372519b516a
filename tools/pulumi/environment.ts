import { delimiter, dirname } from "node:path";
import { compileCacheFolder } from "../cache-folder.ts";
import { pathFolders } from "../find-on-path.ts";
import type { Pulumi } from "./ensure-pulumi.ts";

/**
 * What a process needs to run this CLI on this project, over `env`: the CLI, its language host and this Node
 * (which runs TypeScript as it stands) first on PATH, no look for newer versions, and Node's compile cache
 * where it lasts (half a second of each run).
 */
export function pulumiEnvironment(
  pulumi: Pick<Pulumi, "folder">,
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const others = Object.entries(env).filter(([name]) => name.toUpperCase() !== "PATH");
  return {
    NODE_COMPILE_CACHE: compileCacheFolder(env),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    ...Object.fromEntries(others),
    PATH: [pulumi.folder, dirname(process.execPath), ...pathFolders(env)].join(delimiter),
  };
}
