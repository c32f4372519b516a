import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { declaredResources } from "../../infra/identity/declared-resources.ts";
import { type BootstrapSettings, bootstrapSettingsSchema } from "../../infra/identity/settings.ts";
import { type Engine, pulumiError } from "../engine/engine.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import type { Terminal } from "../terminal.ts";
import { type Azure, openAzure } from "./azure.ts";
import { type BootstrapChanges, bootstrapChanges } from "./changes.ts";
import { type BootstrapDocument, bootstrapDocument, identitiesIn } from "./document.ts";
import { withBootstrapEngine } from "./engine.ts";
import { type ExistingResource, findExisting } from "./existing.ts";
import { describeChanges, explainBootstrap } from "./explain.ts";
import { importFile } from "./import-file.ts";
import type { BootstrapRequest, RequestedStack } from "./request.ts";

export interface RunBootstrapArgs {
  request: BootstrapRequest;
  env: NodeJS.ProcessEnv;
  terminal: Terminal;
  /** Asks before anything is changed. @throws CommandError if the answer is no. */
  confirm: (question: string) => Promise<void>;
}

/**
 * Makes what is missing and puts right what differs. Keeps no state: what is there is found in Azure by its names and
 * taken into a state for the time of this run, so that it does not matter who ran it before, where, and how far it came.
 * @throws CommandError for what a person can put right.
 */
export async function runBootstrap({
  request,
  env,
  terminal,
  confirm,
}: RunBootstrapArgs): Promise<BootstrapDocument> {
  const azure = await openAzure(env);
  const settings = await settingsOf(request, azure);
  terminal.err(explainBootstrap(settings));
  terminal.err("\nLooking for what is there already …");
  const declared = declaredResources(settings);
  const existing = await findExisting(declared, azure);
  return withBootstrapEngine(settings, env, async (engine, folder) => {
    await takeIn(engine, folder, existing);
    const planned = bootstrapChanges((await engine.expect(["preview", "--json"])).stdout, declared);
    if (planned.changes.length > 0) {
      terminal.err(`\n${describeChanges(planned.changes)}\n`);
      await confirm("Do this?");
      await carryOut(engine, planned, existing, terminal);
    }
    const { stdout } = await engine.expect(["stack", "export"]);
    return bootstrapDocument({
      settings,
      identities: identitiesIn(stdout),
      changes: planned.changes,
      pulumiOrganization: request.pulumiOrganization,
      vaultSuffix: azure.vaultSuffix,
    });
  });
}

async function settingsOf(request: BootstrapRequest, azure: Azure): Promise<BootstrapSettings> {
  const { subscriptionId, stacks, forge: _, pulumiOrganization: __, ...others } = request;
  const subscription = await azure.resource(`/subscriptions/${subscriptionId}`, "2022-12-01");
  const tenantId = subscription?.tenantId;
  if (tenantId === undefined) {
    throw new CommandError(
      `subscription ${subscriptionId} does not exist, or whoever is signed in may not see it (az account show)`,
      exitCodes.authentication,
    );
  }
  if (request.tenantId !== undefined && request.tenantId !== tenantId.toLowerCase()) {
    throw new CommandError(
      `--tenant: subscription ${subscriptionId} belongs to tenant ${tenantId}, not to ${request.tenantId}`,
      exitCodes.configuration,
    );
  }
  return bootstrapSettingsSchema.parse({
    ...others,
    subscriptionId,
    tenantId,
    tags: sharedTags(stacks),
    stacks: stacks.map(({ federations, ...stack }) => ({ ...stack, ...federations })),
  });
}

/** What the stacks' tags have in common, and that this is of all of them. */
function sharedTags(stacks: readonly RequestedStack[]): Record<string, string> {
  const [first, ...others] = stacks.map(({ tags }) => tags);
  const common = Object.entries(first ?? {}).filter(([name, value]) =>
    others.every((tags) => tags[name] === value),
  );
  return { ...Object.fromEntries(common), environment: "pipelines" };
}

/** Takes what is there into the state, as Azure has it. */
async function takeIn(engine: Engine, folder: string, existing: readonly ExistingResource[]): Promise<void> {
  if (existing.length === 0) return;
  const file = join(folder, "existing.json");
  await writeFile(file, JSON.stringify(importFile(existing, providerVersions())));
  const flags = ["--yes", "--protect=false", "--generate-code=false", "--skip-preview"];
  await engine.expect(["import", "--file", file, ...flags]);
}

function providerVersions(): { azureNative: string; azuread: string } {
  const require = createRequire(import.meta.url);
  const versionOf = (name: string) =>
    (require(`@pulumi/${name}/package.json`) as { version: string }).version;
  return { azureNative: versionOf("azure-native"), azuread: versionOf("azuread") };
}

async function carryOut(
  engine: Engine,
  { targets }: BootstrapChanges,
  existing: readonly ExistingResource[],
  terminal: Terminal,
): Promise<void> {
  // What is as it should be is not to be written again.
  const only = existing.length === 0 ? [] : targets.flatMap((urn) => ["--target", urn]);
  // Who may not do one thing may well do the others: somebody else's run completes it.
  const args = ["up", "--yes", "--skip-preview", "--continue-on-error", ...only];
  const result = await engine.run(args, { onLine: (line) => terminal.err(line) });
  if (result.exitCode === 0) return;
  const failed = pulumiError(args, result);
  throw new CommandError(
    `${failed.message}\n\nWhat was made stays: run the same command again, and it goes on from there (docs/bootstrap.md).`,
    failed.exitCode,
  );
}
