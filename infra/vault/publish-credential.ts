import * as pulumi from "@pulumi/pulumi";
import type { RotatingCredential } from "../credential/rotating-credential.ts";
import type { PlannedCredential } from "../plan-credentials.ts";
import { nameIn, type Placement } from "./placement.ts";
import { PublishedSecret } from "./published-secret.ts";

/** A vault that secrets are published in. */
export interface PublishingVault {
  /** As the settings spell it. */
  name: string;
  resource: { vaultName: pulumi.Output<string>; vaultUri: pulumi.Output<string> };
}

export interface PublishCredentialArgs extends PlannedCredential {
  resource: RotatingCredential;
  placement: Placement;
  /** The stack's vaults, its own first. */
  vaults: readonly [PublishingVault, ...PublishingVault[]];
  resourceGroupName: pulumi.Input<string>;
  /** Who has to listen to a vault before something is published in it for the first time. */
  listeners: readonly pulumi.Resource[];
  protect: boolean;
}

/** One version of the secret in one vault. */
export interface PublishedPlace {
  vault: string;
  vaultUri: string;
  /** Undefined if nothing has been published yet. */
  version: string | undefined;
}

/** Where a credential is published after this update. */
export interface PublishedPlaces extends PublishedPlace {
  /** The vault that it is moved from, which is kept in step. */
  movedFrom: PublishedPlace | undefined;
}

/**
 * Publishes a credential in its vault, and in the one that it is moved from. Before anything was ever published
 * there, it first has to be proved that something may be.
 */
export function publishCredential(name: string, args: PublishCredentialArgs): pulumi.Output<PublishedPlaces> {
  const { plan, move, stopped, resource, placement, protect, listeners } = args;
  const isFirst = plan.current === undefined;
  const nothing = () => nothingIn(vaultNamed(args, placement.vault));
  // Nothing was ever published, and nothing is to be: what may stand there all the same is not ours.
  if (isFirst && plan.publish === undefined) return nothing();
  const begins = move?.state === "begins";

  // Somebody's hand-written version or tags are for people to put right.
  const everywhere = (keepAsItIs = stopped !== undefined): pulumi.Output<PublishedPlaces> => {
    // The vault announces the end of those versions alone that are younger than who listens. Later on the alerts
    // are there, or they are what fails: that must not keep a rotation from being published.
    const after = isFirst || begins ? listeners : [];
    const main = declareIn(name, args, placement.vault, { after, protect, keepAsItIs });
    if (placement.movedFrom === undefined)
      return main.place.apply((place) => ({ ...place, movedFrom: undefined }));
    // Second, so that of two that differ the later one is known; not protected, for it is to go one day.
    const old = declareIn(name, args, placement.movedFrom, {
      ...{ after: [main.secret], protect: false, keepAsItIs },
    });
    return pulumi
      .all([main.place, old.place])
      .apply(([place, movedFrom]): PublishedPlaces => ({ ...place, movedFrom }));
  };
  const asBefore = (vault: string): pulumi.Output<PublishedPlaces> =>
    declareIn(name, args, vault, { after: [], protect, keepAsItIs: stopped !== undefined }).place.apply(
      (place) => ({
        ...place,
        movedFrom: undefined,
      }),
    );

  if (begins && stopped !== undefined) return asBefore(move.from);
  if (pulumi.runtime.isDryRun()) return everywhere();
  // Only the proofs decide what is written where.
  return resource.outcome.apply(({ published, mayMove, keepAsItIs }) => {
    if (begins) return mayMove ? everywhere() : asBefore(move.from);
    if (keepAsItIs) return everywhere(true);
    return published === undefined ? nothing() : everywhere();
  });
}

function vaultNamed({ vaults }: PublishCredentialArgs, wanted: string): PublishingVault {
  return vaults.find(({ name }) => name === wanted) ?? vaults[0];
}

function nothingIn({ name, resource }: PublishingVault): pulumi.Output<PublishedPlaces> {
  return resource.vaultUri.apply((uri) => ({
    vault: name,
    vaultUri: uri,
    version: undefined,
    movedFrom: undefined,
  }));
}

function declareIn(
  name: string,
  args: PublishCredentialArgs,
  wanted: string,
  {
    after,
    protect,
    keepAsItIs,
  }: { after: readonly pulumi.Resource[]; protect: boolean; keepAsItIs: boolean },
): { secret: PublishedSecret; place: pulumi.Output<PublishedPlace> } {
  const { resource, resourceGroupName, settings, vaults } = args;
  const vault = vaultNamed(args, wanted);
  const secret = new PublishedSecret(nameIn(name, vault.name, vaults[0].name), {
    resourceGroupName,
    vaultName: vault.resource.vaultName,
    secretName: name,
    value: resource.value,
    published: resource.outcome.apply(({ published }) => published ?? never(name)),
    consumers: settings.consumers,
    after,
    protect,
    keepAsItIs,
  });
  const place = pulumi
    .all([vault.resource.vaultUri, secret.version])
    .apply(([vaultUri, version]) => ({ vault: vault.name, vaultUri, version }));
  return { secret, place };
}

function never(name: string): never {
  throw new Error(`nothing of ${name} may be published`);
}
