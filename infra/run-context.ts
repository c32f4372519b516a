import * as pulumi from "@pulumi/pulumi";
import { allConfig } from "@pulumi/pulumi/runtime/config.js";
import { PUBLIC_AUTHORITY_HOST } from "./authority.ts";
import { vaultInOverlap } from "./credential-output.ts";
import { directoryTimeMs } from "./directory-time.ts";
import { parseInstant } from "./instant.ts";
import { secondClockMs } from "./second-clock.ts";
import { filledIn } from "./settings/fill-in.ts";
import { settingsFromConfig } from "./settings/load.ts";
import { withRequests } from "./settings/requests.ts";
import type { Settings } from "./settings/schema.ts";

/** Where the program meets the world it runs in: configuration, environment, clock, its own last outputs. */
export interface RunContext {
  settings: Settings;
  stack: string;
  /** The time by the directory's clock. */
  nowMs: number;
  /** The time by a second clock; undefined if nothing is to be deleted that it would have to confirm. */
  witnessMs: number | undefined;
  /** The Entra sign-in service, e.g. `https://login.microsoftonline.com`. */
  authorityHost: string;
  /** What this stack's last update said of the credentials; `undefined` before the first. */
  lastOutput: unknown;
}

/** The name of the stack output that holds the credentials. */
export const CREDENTIALS_OUTPUT = "credentials";

/**
 * Reads everything that the plan depends on besides the vault.
 * @throws Error for a user's mistake, with a message that says what to put right.
 */
export async function readRunContext(environment: NodeJS.ProcessEnv): Promise<RunContext> {
  const project = pulumi.getProject();
  const settings = withRequests(
    settingsFromConfig(filledIn(allConfig(), project, environment.KEYTURN_FILL_IN), project),
    environment.KEYTURN_REQUESTS,
  );
  const authorityHost = environment.AZURE_AUTHORITY_HOST ?? PUBLIC_AUTHORITY_HOST;
  const [nowMs, lastOutput] = await Promise.all([
    plannedTimeMs(environment.KEYTURN_AT) ?? directoryTimeMs({ authorityHost, tenantId: settings.tenantId }),
    readLastOutput(),
  ]);
  const isPlanned = plannedTimeMs(environment.KEYTURN_AT) !== undefined;
  const vaultUri = isPlanned ? undefined : vaultInOverlap(lastOutput);
  const witnessMs =
    vaultUri === undefined ? undefined : await secondClockMs({ localMs: Date.now(), vaultUri });
  return { settings, stack: pulumi.getStack(), nowMs, witnessMs, authorityHost, lastOutput };
}

/** Another date to plan for: "what will happen by then?". Only a preview may ask. */
function plannedTimeMs(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  if (!pulumi.runtime.isDryRun()) {
    throw new Error("KEYTURN_AT plans for another date, which can be previewed but not applied: unset it");
  }
  const ms = parseInstant(text);
  if (ms === undefined)
    throw new Error(`KEYTURN_AT must be a moment such as 2026-12-01T00:00:00Z, not "${text}"`);
  return ms;
}

/** A stack that reads its own outputs gets those of its last update, and nothing before the first. */
async function readLastOutput(): Promise<unknown> {
  const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const self = new pulumi.StackReference("last-update", { name });
  const details = await self.getOutputDetails(CREDENTIALS_OUTPUT);
  return details.value ?? details.secretValue;
}
