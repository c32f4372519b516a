import { types, UNKNOWN } from "../../../policy/checked-resource.ts";
import type { RuleCases } from "./cases.ts";
import { application, asks, GRAPH, MAIL_SEND, MAIL_SEND_ID, resource, WRITE_ALL } from "./resources.ts";

export const applicationCases: RuleCases = {
  "graph-permissions": {
    passes: [
      [MAIL_SEND],
      [application()],
      [application({ requiredResourceAccesses: UNKNOWN })],
      [application({ requiredResourceAccesses: [UNKNOWN, null] })],
      [
        resource(types.apiAccess, {
          apiClientId: GRAPH,
          roleIds: [MAIL_SEND_ID, UNKNOWN],
          scopeIds: UNKNOWN,
        }),
      ],
      [resource(types.appRoleAssignment, { appRoleId: MAIL_SEND_ID, resourceObjectId: UNKNOWN })],
      [resource(types.delegatedGrant, { claimValues: ["Mail.Send", UNKNOWN] })],
    ],
    stops: [
      [[asks(WRITE_ALL, "Role")], /19dbc75e-.*\/role is not on the allowed list/],
      [[MAIL_SEND], /the permission Mail\.Send is not/, { allowed: ["Mail.Read"] }],
      [
        [resource(types.apiAccess, { apiClientId: GRAPH, roleIds: [MAIL_SEND_ID, WRITE_ALL] })],
        /19dbc75e-.*\/role is not on the allowed list/,
      ],
      [[resource(types.apiAccess, { apiClientId: GRAPH, scopeIds: [WRITE_ALL] })], /\/scope is not on/],
      [[resource(types.appRoleAssignment, { appRoleId: WRITE_ALL })], /permission 19dbc75e-.* is not on/],
      [
        [resource(types.delegatedGrant, { claimValues: ["User.Read", "Directory.ReadWrite.All"] })],
        /the permission Directory\.ReadWrite\.All is not on/,
      ],
    ],
  },
  "application-audience": {
    passes: [
      [application()],
      [application({ signInAudience: "AzureADMultipleOrgs" })],
      [application({ signInAudience: UNKNOWN })],
    ],
    stops: [
      [[application({ signInAudience: "AzureADandPersonalMicrosoftAccount" })], /PersonalMicrosoftAccount/],
      [[application({ signInAudience: "PersonalMicrosoftAccount" })], /Personal/],
      [
        [resource(types.applicationRegistration, { signInAudience: "PersonalMicrosoftAccount" })],
        /signInAudience is Personal/,
      ],
    ],
  },
};
