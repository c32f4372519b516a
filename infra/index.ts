// First, so that it also holds while everything else is loaded.
import "./plain-stack-traces.ts";
import { getClientConfig } from "@pulumi/azuread/getClientConfig.js";
import * as pulumi from "@pulumi/pulumi";
import { ExpiryAlerts } from "./alerts/expiry-alerts.ts";
import { entraVerifier } from "./credential/entra-verifier.ts";
import { FederatedCredential } from "./credential/federated-credential.ts";
import { RotatingCredential } from "./credential/rotating-credential.ts";
import { type CredentialOutput, credentialOutput, memoriesOf, readersOf } from "./credential-output.ts";
import { planCredentials } from "./plan-credentials.ts";
import { keepDebugMessages } from "./quiet-debug.ts";
import { endInError, reportPlans, userMistake } from "./report.ts";
import { Responders } from "./responders.ts";
import { emptyMemory } from "./rotation/memory.ts";
import { readRunContext } from "./run-context.ts";
import { CredentialVault } from "./vault/credential-vault.ts";
import { metadataReader } from "./vault/metadata-reader.ts";
import { PublishedSecret } from "./vault/published-secret.ts";
import { readPublished } from "./vault/read-published.ts";

keepDebugMessages();

// The whole flow: settings and time, what is published, the plan, then each stage on the one before it.
const { settings, stack, nowMs, authorityHost, lastOutput } = await readRunContext(process.env).catch(
  userMistake,
);
const { protect } = settings;
const names = settings.credentials.filter(({ federated }) => federated.length === 0).map(({ name }) => name);

const read = await readPublished(names, metadataReader(settings.vault)).catch(userMistake);
const planned = await Promise.try(() =>
  planCredentials(settings, read, memoriesOf(lastOutput), nowMs, readersOf(lastOutput)),
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
  clientIds: [...rotating, ...federated].map(({ resource }) => resource.clientId),
  tags: settings.tags,
  protect,
});

const published = rotating.map((credential) => ({
  ...credential,
  secret: publish(credential),
}));

new Responders("responders", {
  groupId: settings.team.groupId,
  resourceGroupId: vault.resourceGroupId,
  vaultId: vault.vaultId,
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

type Rotating = (typeof rotating)[number];

/** Publishes a credential. Before anything was ever published, it first has to be proved that something may be. */
function publish({
  name,
  plan,
  settings: { consumers },
  resource,
}: Rotating): pulumi.Output<string | undefined> {
  const declare = (): pulumi.Output<string | undefined> =>
    new PublishedSecret(name, {
      resourceGroupName: vault.resourceGroupName,
      vaultName: vault.vaultName,
      value: resource.value,
      published: resource.outcome.apply(({ published }) => published ?? never(name)),
      consumers,
      // The vault announces the end of those versions alone that are younger than who listens. Later on the alerts
      // are there, or they are what fails: that must not keep a rotation from being published.
      after: plan.current === undefined ? alerts.subscriptions : [],
      protect,
    }).version;
  if (plan.current !== undefined || pulumi.runtime.isDryRun()) return declare();
  const nothing: pulumi.Output<string | undefined> = pulumi.output(undefined);
  return resource.outcome.apply(({ published }) => (published === undefined ? nothing : declare()));
}

function never(name: string): never {
  throw new Error(`nothing of ${name} may be published`);
}

function outputOf(
  name: string,
  {
    resource,
    secret,
    settings: { consumers },
    plan: { refusals },
    stopped,
  }: Omit<(typeof published)[number], "name">,
): pulumi.Output<CredentialOutput> {
  const { clientId, applicationObjectId, outcome } = resource;
  return pulumi
    .all([clientId, applicationObjectId, vault.vaultUri, secret, outcome])
    .apply(([clientId, applicationObjectId, vaultUri, version, { published, memory }]) =>
      credentialOutput(
        name,
        { clientId, applicationObjectId, vaultUri, version, consumers, refusals, stopped },
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
