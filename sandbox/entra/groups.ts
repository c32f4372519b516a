import { isoSeconds } from "../iso-time.ts";
import type { CreationContext } from "./context.ts";
import { directoryObjectOf, forgetReferencesTo } from "./directory-objects.ts";
import { badRequest, notFound, valueRequired } from "./errors.ts";
import { mergedProperties } from "./merged-properties.ts";
import type { EntraState, Group } from "./state.ts";

/** What a caller may say of a group; the names are Graph's. */
export interface GroupBody {
  displayName?: string;
  mailNickname?: string;
  mailEnabled?: boolean;
  securityEnabled?: boolean;
  /** `description`, `groupTypes`, `visibility`, `isAssignableToRole` … */
  properties?: Record<string, unknown>;
}

/**
 * @param owners object ids
 * @param members object ids
 * @throws DirectoryError when a value is missing, or a member does not exist
 * @see https://learn.microsoft.com/graph/api/group-post-groups
 */
export function createGroup(
  entra: EntraState,
  body: GroupBody & { owners?: string[]; members?: string[] },
  { nowMs, randomness }: CreationContext,
): Group {
  const { displayName, mailNickname, mailEnabled, securityEnabled } = body;
  if (displayName === undefined || displayName === "") throw valueRequired("displayName", "Group");
  if (mailEnabled === undefined) throw valueRequired("mailEnabled", "Group");
  if (mailNickname === undefined || mailNickname === "") throw valueRequired("mailNickname", "Group");
  if (securityEnabled === undefined) throw valueRequired("securityEnabled", "Group");
  const types = body.properties?.groupTypes;
  if (mailEnabled && !(Array.isArray(types) && types.includes("Unified"))) {
    throw badRequest(
      "The service does not currently support writes of mail-enabled groups. Please ensure that the mail-enablement property is unset and the security-enablement property is set.",
    );
  }
  const ids = (list: string[] | undefined) => [
    ...new Set((list ?? []).map((id) => directoryObjectOf(entra, id).object.id)),
  ];
  const id = randomness.uuid();
  const group: Group = {
    id,
    displayName,
    createdDateTime: isoSeconds(nowMs),
    mailNickname,
    mailEnabled,
    securityEnabled,
    owners: ids(body.owners),
    members: ids(body.members),
    properties: mergedProperties({}, body.properties ?? {}),
  };
  entra.groups[id] = group;
  return group;
}

/** @see https://learn.microsoft.com/graph/api/group-update */
export function updateGroup(entra: EntraState, id: string, body: GroupBody): Group {
  const group = groupOf(entra, id);
  if (body.displayName === "") throw valueRequired("displayName", "Group");
  if (body.displayName !== undefined) group.displayName = body.displayName;
  if (body.mailNickname !== undefined) group.mailNickname = body.mailNickname;
  if (body.mailEnabled !== undefined) group.mailEnabled = body.mailEnabled;
  if (body.securityEnabled !== undefined) group.securityEnabled = body.securityEnabled;
  group.properties = mergedProperties(group.properties, body.properties ?? {});
  return group;
}

/** @see https://learn.microsoft.com/graph/api/group-delete */
export function deleteGroup(entra: EntraState, id: string): void {
  const group = groupOf(entra, id);
  delete entra.groups[group.id];
  forgetReferencesTo(entra, group.id);
}

/** @throws DirectoryError when no group has this object id. */
export function groupOf(entra: EntraState, id: string): Group {
  const group = entra.groups[id.toLowerCase()];
  if (group === undefined) throw notFound(id);
  return group;
}
