import { type ArmError, authorizationFailed } from "../../arm/errors.ts";
import { isAllowed } from "../../arm/rbac.ts";
import type { ArmCaller } from "../../arm/resource-types.ts";
import type { State } from "../../state.ts";
import type { ResourceDefinition } from "./schema.ts";

export interface Access {
  definition: Pick<ResourceDefinition, "armType">;
  id: string;
  verb: "read" | "write" | "delete" | "sharedKeys/action";
  /** For role assignments: the role that is given or taken. */
  assignedRole?: string | undefined;
  /** And who gets or loses it. */
  assignedTo?: { principalId: string; principalType: string } | undefined;
}

/** The refusal of a caller without the right; undefined when it has it. */
export function refusalOf(
  state: State,
  caller: ArmCaller,
  { definition, id, verb, assignedRole, assignedTo }: Access,
): ArmError | undefined {
  const action = `${actionPrefix(definition.armType)}/${verb}`;
  const allowed = isAllowed(state, {
    principalId: caller.principalId,
    scope: id,
    action,
    ...(assignedRole !== undefined && { assignedRole }),
    ...(assignedTo !== undefined && { assignedTo }),
  });
  return allowed ? undefined : authorizationFailed(caller, action, id);
}

/** What a role assignment gives and to whom, by its properties; nothing for other resources. */
export function assignmentIn(
  properties: Readonly<Record<string, unknown>> | undefined,
): Pick<Access, "assignedRole" | "assignedTo"> {
  const { roleDefinitionId, principalId, principalType } = properties ?? {};
  return {
    assignedRole: typeof roleDefinitionId === "string" ? roleDefinitionId : undefined,
    assignedTo:
      typeof principalId === "string" && typeof roleDefinitionId === "string"
        ? { principalId, principalType: typeof principalType === "string" ? principalType : "User" }
        : undefined,
  };
}

/** The one type whose actions are not named after its resources' type. */
function actionPrefix(armType: string): string {
  return armType === "Microsoft.Resources/resourceGroups"
    ? "Microsoft.Resources/subscriptions/resourceGroups"
    : armType;
}
