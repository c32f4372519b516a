import { filledIn } from "../../infra/settings/fill-in.ts";
import { SettingsError, settingsFromConfig } from "../../infra/settings/load.ts";
import type { Settings } from "../../infra/settings/schema.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import type { Engine } from "./engine.ts";

/** The namespace of our settings: the project's name. */
const PROJECT = "keyturn";

/**
 * A stack's settings, checked as the program checks them.
 * @throws CommandError listing everything that is wrong.
 */
export async function readSettings(engine: Engine): Promise<Settings> {
  // Without its secrets a setting that holds one, such as a webhook's address, would be left out as a whole.
  const { stdout } = await engine.expect(["config", "--json", "--show-secrets"]);
  const values = JSON.parse(stdout) as Record<string, { value?: string }>;
  const config = Object.fromEntries(
    Object.entries(values).flatMap(([key, { value }]) => (value === undefined ? [] : [[key, value]])),
  );
  try {
    return settingsFromConfig(filledIn(config, PROJECT, engine.env.KEYTURN_FILL_IN), PROJECT);
  } catch (error) {
    if (error instanceof SettingsError) throw new CommandError(error.message, exitCodes.configuration);
    throw error;
  }
}
