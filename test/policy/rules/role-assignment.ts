import { types, UNKNOWN } from "../../../policy/checked-resource.ts";
import type { RuleCases } from "./cases.ts";
import { assignment, onGroup, READER, resource, role, SUBSCRIPTION, VAULT } from "./resources.ts";

export const roleAssignmentCases: RuleCases = {
  "role-assignment-scope": {
    passes: [
      [assignment()],
      [assignment({ scope: VAULT, roleDefinitionId: READER })],
      [assignment({ scope: UNKNOWN, roleDefinitionId: UNKNOWN })],
      [resource(types.roleDefinition, { permissions: UNKNOWN })],
      [
        resource(types.roleDefinition, {
          permissions: [
            {
              actions: ["Microsoft.KeyVault/vaults/read", UNKNOWN],
              dataActions: ["Microsoft.KeyVault/vaults/secrets/delete"],
            },
            { actions: ["Microsoft.Authorization/roleAssignments/write"] },
            { actions: ["Microsoft.Authorization/*"], notActions: ["Microsoft.Authorization/*/Write"] },
          ],
        }),
      ],
    ],
    stops: [
      [[assignment({ scope: VAULT })], /Key Vault Secrets User is given for more than one secret/],
      [[assignment({ scope: SUBSCRIPTION, roleDefinitionId: READER })], /a whole subscription/],
      [[assignment({ scope: "/", roleDefinitionId: READER })], /the whole tenant/],
      [
        [
          assignment({
            scope: "/providers/Microsoft.Management/managementGroups/root",
            roleDefinitionId: READER,
          }),
        ],
        /management group/,
      ],
      [[assignment({ roleDefinitionId: role("8e3af657-a8ff-443c-a75c-2fe8c4bcb635") })], /the role is Owner/],
      [[onGroup("B24988AC-6180-42A0-AB88-20F7382DD24C")], /the role is Contributor/],
      [[onGroup("18d7d88d-d35e-4fb5-a5c3-7773c20a72d9/")], /the role is User Access Administrator/],
      [[onGroup("f58310d9-a9f6-439a-9e8d-f62e7b41a168")], /is Role Based Access Control Administrator/],
      [[onGroup("00482a5a-887f-4fb3-b363-3b7fe8e74483")], /the role is Key Vault Administrator/],
      [[onGroup("8b54135c-b56d-4d72-a534-26097cfdc8d8")], /is Key Vault Data Access Administrator/],
      [[onGroup("f25e0fa2-a7c8-4377-a976-54943a77a395")], /the role is Key Vault Contributor/],
      [[onGroup("e40ec5ca-96e0-45a2-b4ff-59039f2c2b59")], /the role is Managed Identity Contributor/],
      [[onGroup("b86a8fe4-44ce-4948-aee5-eccb2c155cd7")], /Secrets Officer is given for more than one/],
      [[onGroup("db79e9a7-68ee-4b58-9aeb-b90e7c24fcba")], /Certificate User is given for more than one/],
      [[assignment({ scope: `${VAULT}/secrets` })], /Key Vault Secrets User is given for more than one/],
      [
        [resource(types.roleDefinition, { permissions: [{ actions: ["*"] }] })],
        /the role's own permissions allow Microsoft\.Authorization\/roleAssignments\/write \(\*\)/,
      ],
      [
        [resource(types.roleDefinition, { permissions: [{ dataActions: ["Microsoft.KeyVault/vaults/*"] }] })],
        /permissions allow Microsoft\.KeyVault\/vaults\/secrets\/getSecret\/action \(Microsoft\.KeyVault\/vaults\/\*\)/,
      ],
    ],
  },
  "role-assignment-principal-type": {
    passes: [[assignment()], [assignment({ principalType: UNKNOWN })]],
    stops: [
      [[assignment({ principalType: undefined })], /principalType is missing/],
      [[assignment({ principalType: null })], /principalType is missing/],
      [[assignment({ principalType: "Unknown" })], /principalType is "Unknown"/],
    ],
  },
  "role-assignment-no-user": {
    passes: [[assignment({ principalType: "Group" })]],
    stops: [
      [[assignment({ principalType: "User" })], /principalType is User/],
      [[assignment({ principalType: "user" })], /principalType is user/],
    ],
  },
};
