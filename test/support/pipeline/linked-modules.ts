import { lstat, mkdir, readdir, readlink, symlink } from "node:fs/promises";
import { join, resolve } from "node:path";

/**
 * Gives a checkout the packages of this one, instead of the `npm ci` that its workflow would run: a folder of
 * links. The project's own packages (the workspaces) are linked to the checkout's own folders, as `npm ci` does,
 * so that what runs is what was checked out.
 */
export async function linkModules(project: string, checkout: string): Promise<void> {
  await linkFolder(join(project, "node_modules"), join(checkout, "node_modules"), project, checkout);
}

async function linkFolder(from: string, to: string, project: string, checkout: string): Promise<void> {
  await mkdir(to);
  for (const name of await readdir(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    if (name === ".bin" || name.startsWith("@")) {
      await linkFolder(source, target, project, checkout);
    } else if ((await lstat(source)).isSymbolicLink()) {
      const link = await readlink(source);
      const pointsTo = resolve(from, link);
      const isOfModules = pointsTo.startsWith(join(project, "node_modules"));
      // Commands are linked to packages beside them, workspaces to folders of the project.
      await symlink(isOfModules ? link : pointsTo.replace(project, checkout), target);
    } else {
      await symlink(source, target);
    }
  }
}
