import type { State } from "../state.ts";
import type { RolePermission } from "./built-in-roles.ts";
import { CONDITION_ATTRIBUTES, parseCondition } from "./conditions.ts";
import { isWithin } from "./resource-id.ts";
import { findRoleDefinition, roleGuid } from "./role-definitions.ts";
import type { ArmResource } from "./state.ts";

export const ROLE_ASSIGNMENT_TYPE = "Microsoft.Authorization/roleAssignments";

/** "May this principal do this here?" */
export type AccessQuestion = {
  /** Object id of a user, a service principal or a group. */
  principalId: string;
  /** A resource id; for one secret, the vault's id + `/secrets/NAME`. */
  scope: string;
  /** For writing or deleting a role assignment: the role that it gives. */
  assignedRole?: string;
  /** And to whom it gives it. */
  assignedTo?: { principalId: string; principalType: string };
} & (
  | {
      /** A control-plane action, e.g. `Microsoft.KeyVault/vaults/read`. */
      action: string;
    }
  | {
      /** A data-plane action, e.g. `Microsoft.KeyVault/vaults/secrets/getSecret/action`. */
      dataAction: string;
    }
);

/**
 * Whether a role assignment that counts by now, of the principal or of a group that it belongs to, at the
 * scope or above it, allows the action.
 * @see https://learn.microsoft.com/azure/role-based-access-control/overview#how-azure-rbac-determines-if-a-user-has-access-to-a-resource
 */
export function isAllowed(state: State, question: AccessQuestion): boolean {
  return assignmentsFor(state, question.principalId, question.scope).some((assignment) => {
    const role = findRoleDefinition(state, String(assignment.properties.roleDefinitionId));
    const permitted = role?.permissions.some((permission) => permits(permission, question)) ?? false;
    return permitted && meetsOwnCondition(assignment, question);
  });
}

/** The role assignments that give a principal rights at a scope, directly, inherited or through groups. */
export function assignmentsFor(state: State, principalId: string, scope: string): ArmResource[] {
  const principals = principalWithGroups(state, principalId);
  const settledMs = state.clock.nowMs - state.arm.settings.roleAssignmentPropagationMs;
  return Object.values(state.arm.resources).filter(
    ({ type, properties, updatedAt }) =>
      type === ROLE_ASSIGNMENT_TYPE &&
      principals.has(String(properties.principalId).toLowerCase()) &&
      isWithin(scope, String(properties.scope)) &&
      Date.parse(updatedAt) <= settledMs,
  );
}

/** A principal and every group that it belongs to, also through other groups; ids in lower case. */
export function principalWithGroups(state: State, principalId: string): ReadonlySet<string> {
  const found = new Set([principalId.toLowerCase()]);
  const groups = Object.values(state.entra.groups);
  // A set takes what is added to it while it is gone through, and each id only once: cycles end.
  for (const member of found) {
    for (const group of groups) {
      if (group.members.some((id) => id.toLowerCase() === member)) found.add(group.id.toLowerCase());
    }
  }
  return found;
}

function permits(permission: RolePermission, question: AccessQuestion): boolean {
  if ("dataAction" in question) {
    return (
      matchesAny(permission.dataActions, question.dataAction) &&
      !matchesAny(permission.notDataActions, question.dataAction)
    );
  }
  return (
    matchesAny(permission.actions, question.action) &&
    !matchesAny(permission.notActions, question.action) &&
    meetsCondition(permission, question)
  );
}

const CONDITIONAL_ACTIONS = [
  "Microsoft.Authorization/roleAssignments/write",
  "Microsoft.Authorization/roleAssignments/delete",
];

/** The condition of the role assignment itself, which Azure asks at each call. */
function meetsOwnCondition({ properties }: ArmResource, question: AccessQuestion): boolean {
  if (typeof properties.condition !== "string") return true;
  const { assignedRole, assignedTo } = question;
  const attributes = {
    ...(assignedRole !== undefined && { [CONDITION_ATTRIBUTES.role]: roleGuid(assignedRole) }),
    ...(assignedTo !== undefined && {
      [CONDITION_ATTRIBUTES.principal]: assignedTo.principalId,
      [CONDITION_ATTRIBUTES.principalType]: assignedTo.principalType,
    }),
  };
  const action = "action" in question ? question.action : question.dataAction;
  const isDeletion = action.toLowerCase().endsWith("/delete");
  return parseCondition(properties.condition)({
    action,
    request: isDeletion ? {} : attributes,
    resource: isDeletion ? attributes : {},
  });
}

function meetsCondition(
  { assignableRoles }: RolePermission,
  { action, assignedRole }: { action: string; assignedRole?: string },
): boolean {
  if (assignableRoles === undefined || !matchesAny(CONDITIONAL_ACTIONS, action)) return true;
  return assignedRole !== undefined && assignableRoles.includes(roleGuid(assignedRole));
}

function matchesAny(patterns: readonly string[], action: string): boolean {
  return patterns.some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase()));
}

/** Whether `text` has the parts of `pattern` in this order, with anything in place of each `*`. */
function matches(pattern: string, text: string): boolean {
  const [head = "", ...parts] = pattern.split("*");
  const tail = parts.pop();
  if (tail === undefined) return head === text;
  if (!text.startsWith(head) || !text.endsWith(tail) || text.length < head.length + tail.length) return false;
  let at = head.length;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= text.length - tail.length;
}
