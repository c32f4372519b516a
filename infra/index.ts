// First, so that it also holds while everything else is loaded.
import "./plain-stack-traces.ts";
import { getClientConfig } from "@pulumi/azuread/getClientConfig.js";
import * as pulumi from "@pulumi/pulumi";
import { ExpiryAlerts } from "./alerts/expiry-alerts.ts";
import { entraVerifier } from "./credential/entra-verifier.ts";
import { FederatedCredential } from "./credential/federated-credential.ts";
import { RotatingCredential } from "./credential/rotating-credential.ts";
import {
  type CredentialOutput,
  credentialOutput,
  memoriesOf,
  placementsOf,
  readersOf,
} from "./credential-output.ts";
import { planCredentials } from "./plan-credentials.ts";
import { keepDebugMessages } from "./quiet-debug.ts";
import { endInError, reportPlans, userMistake } from "./report.ts";
import { Responders } from "./responders.ts";
import { emptyMemory } from "./rotation/memory.ts";
import { readRunContext } from "./run-context.ts";
import { CredentialVault } from "./vault/credential-vault.ts";
import { FurtherVault } from "./vault/further-vault.ts";
import { metadataReader } from "./vault/metadata-reader.ts";
import { nameIn, placementOf } from "./vault/placement.ts";
import { publishCredential } from "./vault/publish-credential.ts";
import { readCredentials } from "./vault/read-credentials.ts";

keepDebugMessages();

// The whole flow: settings and time, what is published, the plan, then each stage on the one before it.
const { settings, stack, nowMs, witnessMs, authorityHost, lastOutput } = await readRunContext(
  process.env,
).catch(userMistake);
const { protect } = settings;

const readMetadata = metadataReader(settings.vault.resourceGroup);
const placements = placementsOf(lastOutput, settings.vault.name);
const read = await readCredentials(settings, readMetadata, placements, nowMs).catch(userMistake);
const planned = await Promise.try(() =>
  planCredentials(settings, read, memoriesOf(lastOutput), nowMs, readersOf(lastOutput), witnessMs),
).catch(userMistake);
reportPlans(planned, nowMs);

const deployer = settings.deployer ?? getClientConfig().then(({ objectId }) => objectId);
const owners = [deployer, ...settings.owners];
const verify = entraVerifier({ authorityHost, tenantId: settings.tenantId, ...settings.verification });

const vault = new CredentialVault("vault", {
  tenantId: settings.tenantId,
  region: settings.region,
  resourceGroupName: settings.vault.resourceGroup,
  resourceGroupExists: settings.vault.resourceGroupExists,
  vaultName: settings.vault.name,
  tags: settings.tags,
  protect,
});

const furtherVaults = settings.vaults.map(({ name: vaultName }) => ({
  vaultName,
  resource: new FurtherVault(nameIn("vault", vaultName, settings.vault.name), {
    tenantId: settings.tenantId,
    region: settings.region,
    resourceGroupName: vault.resourceGroupName,
    vaultName,
    tags: settings.tags,
    protect,
  }),
}));

const rotating = planned.map((credential) => ({
  ...credential,
  name: credential.settings.name,
  resource: new RotatingCredential(credential.settings.name, {
    ...credential,
    application: credential.settings.application,
    stack,
    owners,
    nowMs,
    verify,
    isToMove: credential.move?.state === "begins" && credential.stopped === undefined,
    protect,
  }),
}));

const federated = settings.credentials
  .filter(({ federated }) => federated.length > 0)
  .map(({ name, application, federated: identities }) => ({
    name,
    identities,
    resource: new FederatedCredential(name, { stack, application, owners, identities, protect }),
  }));

const alerts = new ExpiryAlerts("alerts", {
  settings: settings.alerts,
  region: settings.region,
  resourceGroupName: vault.resourceGroupName,
  vaultName: settings.vault.name,
  vaultId: vault.vaultId,
  furtherVaults: furtherVaults.map(({ vaultName, resource: { vaultId } }) => ({ vaultName, vaultId })),
  clientIds: [...rotating, ...federated].map(({ resource }) => resource.clientId),
  verification: settings.verification,
  tags: settings.tags,
  protect,
});

const published = rotating.map((credential) => ({
  ...credential,
  places: publishCredential(credential.name, {
    ...credential,
    placement: placementOf(settings, credential.settings),
    vaults: [
      { name: settings.vault.name, resource: vault },
      ...furtherVaults.map(({ vaultName, resource }) => ({ name: vaultName, resource })),
    ],
    resourceGroupName: vault.resourceGroupName,
    listeners: alerts.subscriptions,
    protect,
  }),
}));

new Responders("responders", {
  groupId: settings.team.groupId,
  resourceGroupId: vault.resourceGroupId,
  vaultId: vault.vaultId,
  furtherVaults: furtherVaults.map(({ vaultName, resource: { vaultId } }) => ({ vaultName, vaultId })),
});

/** What consumers, people and the next update need to know of each credential. */
export const credentials: pulumi.Output<Record<string, CredentialOutput>> = pulumi
  .all([
    ...published.map(({ name, ...credential }) => outputOf(name, credential)),
    ...federated.map(federatedOutput),
  ])
  .apply((outputs) => Object.fromEntries(outputs.map((output) => [output.secretName, output])));

/** Where the rotation pipeline reports its runs. */
export const telemetry = { connectionString: alerts.connectionString };

endInError(credentials, planned);

// ---------------------------------------------------------------- stages

function outputOf(
  name: string,
  {
    resource,
    places,
    settings: { consumers },
    plan: { refusals, remarks },
    move,
    stopped,
  }: Omit<(typeof published)[number], "name">,
): pulumi.Output<CredentialOutput> {
  const { clientId, applicationObjectId, outcome } = resource;
  return pulumi
    .all([clientId, applicationObjectId, places, outcome])
    .apply(
      ([clientId, applicationObjectId, { vault: vaultName, movedFrom, ...place }, { published, memory }]) =>
        credentialOutput(
          name,
          {
            ...{
              clientId,
              applicationObjectId,
              ...place,
              consumers,
              refusals: [...refusals, ...remarks],
              stopped,
            },
            vault: vaultName === settings.vault.name ? undefined : vaultName,
            movedFrom:
              movedFrom === undefined ? undefined : { ...movedFrom, sinceMs: move?.sinceMs ?? nowMs },
          },
          published,
          memory,
        ),
    );
}

function federatedOutput({
  name,
  identities,
  resource,
}: (typeof federated)[number]): pulumi.Output<CredentialOutput> {
  return pulumi
    .all([resource.clientId, resource.applicationObjectId, vault.vaultUri])
    .apply(([clientId, applicationObjectId, vaultUri]) =>
      credentialOutput(
        name,
        { clientId, applicationObjectId, vaultUri, version: undefined, consumers: [], federated: identities },
        undefined,
        emptyMemory,
      ),
    );
}
