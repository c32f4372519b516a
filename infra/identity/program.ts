import { RoleDefinition } from "@pulumi/azure-native/authorization/roleDefinition.js";
import { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup.js";
import { getServicePrincipalOutput } from "@pulumi/azuread/getServicePrincipal.js";
import type * as pulumi from "@pulumi/pulumi";
import { MICROSOFT_GRAPH } from "../settings/permissions.ts";
import { DeploymentIdentity } from "./deployment-identity.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { pipelineRoleId, pipelineRoles } from "./pipeline-roles.ts";
import { rightsOf } from "./rights.ts";
import type { BootstrapSettings } from "./settings.ts";
import { StateBackend } from "./state-backend.ts";

/** Declares everything that has to be there before a pipeline can deploy: groups, roles, states, identities. */
export function declareBootstrap(settings: BootstrapSettings): void {
  const layout = layoutOf(settings);
  const shared = new ResourceGroup("pipelines", {
    resourceGroupName: layout.group.name,
    location: settings.location,
    tags: settings.tags,
  });
  const roles = declareRoles(settings, layout);
  const backend =
    settings.backend === "azure"
      ? [new StateBackend("state", { settings, layout }, { dependsOn: [shared] })]
      : [];
  const graph = getServicePrincipalOutput({ clientId: MICROSOFT_GRAPH });
  for (const stack of layout.stacks) {
    const group = new ResourceGroup(stack.settings.name, {
      resourceGroupName: stack.group.name,
      location: stack.settings.location,
      tags: stack.settings.tags,
    });
    for (const identity of stack.identities) {
      new DeploymentIdentity(
        identity.name,
        {
          settings,
          layout,
          identity,
          rights: rightsOf(settings, stack, identity),
          graphPrincipalId: graph.objectId,
        },
        // Rights name what they are on by ids that are known beforehand.
        { dependsOn: [shared, group, ...roles, ...backend] },
      );
    }
  }
}

function declareRoles(settings: BootstrapSettings, { subscription, label }: Layout): pulumi.Resource[] {
  return pipelineRoles(label)
    .filter(({ key }) => settings.backend === "azure" || key === "deployer")
    .map(
      ({ key, roleName, description, actions, dataActions }) =>
        new RoleDefinition(key, {
          scope: subscription,
          roleDefinitionId: pipelineRoleId(settings, key),
          roleName,
          roleType: "CustomRole",
          description,
          permissions: [
            { ...(actions.length > 0 && { actions }), ...(dataActions.length > 0 && { dataActions }) },
          ],
          assignableScopes: [subscription],
        }),
    );
}
