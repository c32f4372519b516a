import { filledIn } from "../../infra/settings/fill-in.ts";
import { SettingsError, settingsFromConfig } from "../../infra/settings/load.ts";
import type { Settings } from "../../infra/settings/schema.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import type { Engine } from "./engine.ts";

/** The namespace of our settings: the project's name. */
const PROJECT = "keyturn";

/** A stack's configuration as Pulumi knows it: `keyturn:region` to text; what has a structure is JSON. */
export type StackConfig = Readonly<Record<string, string>>;

export async function readConfig(engine: Engine): Promise<StackConfig> {
  // Without its secrets a setting that holds one, such as a webhook's address, would be left out as a whole.
  const { stdout } = await engine.expect(["config", "--json", "--show-secrets"]);
  const values = JSON.parse(stdout) as Record<string, { value?: string }>;
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, { value }]) => (value === undefined ? [] : [[key, value]])),
  );
}

/**
 * Settings as the program checks them.
 * @throws SettingsError listing everything that is wrong.
 */
export function checkConfig(config: StackConfig, env: NodeJS.ProcessEnv): Settings {
  return settingsFromConfig(filledIn(config, PROJECT, env.KEYTURN_FILL_IN), PROJECT);
}

/**
 * A stack's settings.
 * @throws CommandError listing everything that is wrong.
 */
export async function readSettings(engine: Engine): Promise<Settings> {
  const config = await readConfig(engine);
  try {
    return checkConfig(config, engine.env);
  } catch (error) {
    if (error instanceof SettingsError) throw new CommandError(error.message, exitCodes.configuration);
    throw error;
  }
}
