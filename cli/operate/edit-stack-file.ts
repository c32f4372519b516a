import { readFile } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { Violation } from "../../infra/settings/consistency.ts";
import { SettingsError } from "../../infra/settings/load.ts";
import type { Settings } from "../../infra/settings/schema.ts";
import type { Engine } from "../engine/engine.ts";
import { checkConfig, readConfig } from "../engine/settings.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import { credentialsIn } from "./stack-file.ts";

/** A change of a stack's file that the next update will accept. Nothing is written yet. */
export interface ProposedEdit {
  file: string;
  /** The settings as they will be. */
  settings: Settings;
  write(): Promise<void>;
}

/**
 * Changes the text of a stack's file, and checks what it says then as the program does: settings that are wrong stop
 * every rotation of the stack.
 * @param folder where `Pulumi.yaml` is.
 * @param objections what else speaks against the change.
 * @throws CommandError with everything that is wrong, objections among it.
 */
export async function proposeEdit(
  engine: Engine,
  folder: string,
  change: (text: string) => string,
  objections: readonly Violation[] = [],
): Promise<ProposedEdit> {
  const file = join(folder, `Pulumi.${engine.stackName}.yaml`);
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(`${file} cannot be read: ${error.code ?? error.message}`, exitCodes.configuration);
  });
  const changed = change(text);
  const config = { ...(await readConfig(engine)), "keyturn:credentials": credentialsIn(changed) };
  const settings = accepted(() => checkConfig(config, engine.env), objections);
  return { file, settings, write: () => writeFileAtomic(file, changed) };
}

function accepted(check: () => Settings, objections: readonly Violation[]): Settings {
  try {
    const settings = check();
    if (objections.length > 0) throw new SettingsError(objections);
    return settings;
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const all =
      error.violations === objections ? error : new SettingsError([...error.violations, ...objections]);
    throw new CommandError(all.message, exitCodes.configuration);
  }
}
