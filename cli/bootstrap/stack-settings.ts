import { readFile } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { isMap, parseDocument } from "yaml";
import type { BootstrapStackDocument } from "./document.ts";

/**
 * The text of a stack's file with what bootstrap has made known; comments and order stay. Pure.
 * @param settings by full name; what is an object is laid over what is there.
 */
export function withStackSettings(text: string, settings: BootstrapStackDocument["settings"]): string {
  const document = parseDocument(text);
  for (const [name, value] of Object.entries(settings)) {
    const path = ["config", name];
    if (typeof value !== "object" || value === null) {
      document.setIn(path, value);
      continue;
    }
    const found = document.getIn(path);
    // `pulumi config set` without --path writes an object as text.
    if (typeof found === "string") document.setIn(path, JSON.stringify({ ...JSON.parse(found), ...value }));
    else if (isMap(found)) for (const [key, each] of Object.entries(value)) found.set(key, each);
    else document.setIn(path, document.createNode(value));
  }
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/**
 * Writes the settings into the stacks' files.
 * @returns the files that have changed.
 */
export async function writeStackSettings(
  stacks: readonly BootstrapStackDocument[],
  folder: string,
): Promise<string[]> {
  const written: string[] = [];
  for (const { name, settings } of stacks) {
    const file = join(folder, `Pulumi.${name}.yaml`);
    const text = await readFile(file, "utf8");
    const changed = withStackSettings(text, settings);
    if (changed === text) continue;
    await writeFileAtomic(file, changed);
    written.push(file);
  }
  return written;
}
