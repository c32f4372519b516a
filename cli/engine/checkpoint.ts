import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Engine } from "./engine.ts";
import type { ExportedStack } from "./pending.ts";

/** The stack's checkpoint, as far as it matters here. */
export interface Deployment {
  resources?: {
    urn: string;
    id?: string;
    type: string;
    inputs?: Record<string, unknown>;
    outputs?: Record<string, unknown>;
  }[];
  pending_operations?: unknown[];
}

/** The checkpoint as text: the same text as long as nobody has written another one. Secrets in it are encrypted. */
export async function exportText(engine: Engine): Promise<string> {
  return (await engine.expect(["stack", "export"])).stdout;
}

export function parseExport(text: string): ExportedStack {
  return JSON.parse(text) as ExportedStack;
}

export async function exportDeployment(engine: Engine): Promise<Deployment> {
  return (parseExport(await exportText(engine)).deployment ?? {}) as Deployment;
}

/** Writes a checkpoint back. Secrets in it are encrypted; the file is for its owner alone all the same. */
export async function importStack(engine: Engine, stack: ExportedStack): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "keyturn-settle-"));
  try {
    const file = join(folder, "stack.json");
    await writeFile(file, JSON.stringify(stack), { mode: 0o600 });
    await engine.expect(["stack", "import", "--file", file]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
