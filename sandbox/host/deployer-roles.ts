import type { Draft } from "immer";
import type { ArmContext } from "../arm/resource-types.ts";
import { putResource } from "../arm/resources.ts";
import type { State } from "../state.ts";

/**
 * What the deployer may do in Azure, by built-in role: everything, and also read and write secrets, which
 * Owner does not include where a vault goes by roles.
 * @see https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
 */
const ROLE_IDS = [
  "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", // Owner
  "00482a5a-887f-4fb3-b363-3b7fe8e74483", // Key Vault Administrator
];

/** Gives the deployer its roles at the subscription. */
export function assignDeployerRoles(draft: Draft<State>, context: ArmContext): void {
  const scope = `/subscriptions/${draft.arm.subscriptionId}`;
  for (const roleId of ROLE_IDS) {
    const id = `${scope}/providers/Microsoft.Authorization/roleAssignments/${context.randomness.uuid()}`;
    const roleDefinitionId = `${scope}/providers/Microsoft.Authorization/roleDefinitions/${roleId}`;
    const { principalId } = context.caller;
    putResource(
      draft,
      id,
      { properties: { principalId, principalType: "ServicePrincipal", roleDefinitionId } },
      context,
    );
  }
}
