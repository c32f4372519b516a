import { accessSync, constants, statSync } from "node:fs";
import { delimiter, resolve } from "node:path";

/** The folders of PATH, in order. */
export function pathFolders(env: NodeJS.ProcessEnv): string[] {
  // Windows spells it `Path`, and a copy of `process.env` does not ignore case.
  const key = Object.keys(env).find((name) => name.toUpperCase() === "PATH");
  return (key === undefined ? "" : (env[key] ?? "")).split(delimiter).filter((folder) => folder !== "");
}

/** The first executable file of this name in `folders`, as a shell would find it. */
export function findExecutable(name: string, folders: readonly string[]): string | undefined {
  return folders.map((folder) => resolve(folder, executableName(name))).find((file) => isExecutable(file));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The file name of an executable. */
export function executableName(name: string, platform: NodeJS.Platform = process.platform): string {
  return platform === "win32" ? `${name}.exe` : name;
}
