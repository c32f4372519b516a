import type { Draft } from "immer";
import type { CreationContext } from "../entra/context.ts";
import { forgetReferencesTo } from "../entra/directory-objects.ts";
import { createManagedIdentityPrincipal } from "../entra/managed-identities.ts";
import type { State } from "../state.ts";
import { badRequest } from "./errors.ts";
import { resourceKey } from "./resource-id.ts";
import type { ArmResource } from "./state.ts";

export const IDENTITY_TYPE = "Microsoft.ManagedIdentity/userAssignedIdentities";

/** The `identity` of a resource, as sent and as returned. */
interface ResourceIdentity {
  type?: string;
  principalId?: string;
  tenantId?: string;
  userAssignedIdentities?: Record<string, unknown>;
}

/** Makes the service principal of a managed identity. It has no application. */
export function createManagedIdentity(
  draft: Draft<State>,
  identity: { displayName: string; resourceId: string },
  context: CreationContext,
): { principalId: string; clientId: string } {
  const { id, appId } = createManagedIdentityPrincipal(draft.entra, identity, context);
  return { principalId: id, clientId: appId };
}

export function deleteManagedIdentity(draft: Draft<State>, principalId: string): void {
  delete draft.entra.servicePrincipals[principalId];
  forgetReferencesTo(draft.entra, principalId);
}

/**
 * What the service answers for the `identity` that it was sent: the principal of an identity of the
 * resource's own, and the ids of those that it was given.
 * @throws ArmError 400 an identity that does not exist.
 */
export function identityOf(
  draft: Draft<State>,
  {
    body,
    existing,
    id,
    name,
  }: { body: unknown; existing: ArmResource | undefined; id: string; name: string },
  context: CreationContext,
): ResourceIdentity | undefined {
  const sent = body as ResourceIdentity | undefined;
  const before = existing?.extra.identity as ResourceIdentity | undefined;
  const own = sent?.type?.includes("SystemAssigned") ?? false;
  if (before?.principalId !== undefined && !own) deleteManagedIdentity(draft, before.principalId);
  if (sent === undefined) return undefined;
  const given = Object.keys(sent.userAssignedIdentities ?? {});
  return {
    ...(sent.type !== undefined && { type: sent.type }),
    ...(own && {
      principalId:
        before?.principalId ??
        createManagedIdentity(draft, { displayName: name, resourceId: id }, context).principalId,
      tenantId: draft.entra.tenant.id,
    }),
    ...(given.length > 0 && {
      userAssignedIdentities: Object.fromEntries(given.map((key) => [key, idsOf(draft, key)])),
    }),
  };
}

function idsOf(state: State, identityId: string): Record<string, unknown> {
  const identity = state.arm.resources[resourceKey(identityId)];
  if (identity?.type !== IDENTITY_TYPE) {
    throw badRequest(
      `Failed to perform resource identity operation. Identity '${identityId}' was not found.`,
      "FailedIdentityOperation",
    );
  }
  const { clientId, principalId } = identity.properties;
  return { clientId, principalId };
}
