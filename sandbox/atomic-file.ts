import { open, rename } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Writes a file for its owner alone (mode 0600) so that at any moment, also after a crash or a loss of
 * power, its name leads either to the old content or to the new one. One writer per file at a time: the
 * temporary file beside it has a fixed name, so that crashes leave at most one behind.
 */
export async function writeFileAtomically(path: string, content: string): Promise<void> {
  const temporary = `${path}.new`;
  const file = await open(temporary, "w", 0o600);
  try {
    await file.chmod(0o600); // a left-over file may have been made with another mode
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncFolder(dirname(path));
}

/** Makes a rename in `folder` last. Windows cannot open a folder, and its file system needs no such help. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
