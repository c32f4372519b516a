import { applicationOfClient } from "../../entra/application-lookup.ts";
import { rights } from "../../entra/rights.ts";
import { servicePrincipalOfClient } from "../../entra/service-principals.ts";
import type { CredentialUse, EntraState } from "../../entra/state.ts";
import type { Operation } from "../operation.ts";
import { Unsupported } from "../unsupported.ts";
import { listAnswer } from "./answers.ts";
import { graphOperation } from "./graph-operation.ts";
import type { Entity } from "./odata/list.ts";

/** One entry for every secret and certificate that is there, whether it was used or not. */
function activitiesIn(entra: EntraState): Entity[] {
  const holders = [
    ...Object.values(entra.applications).map((holder) => ({ holder, origin: "application" as const })),
    ...Object.values(entra.servicePrincipals).map((holder) => ({
      holder,
      origin: "servicePrincipal" as const,
    })),
  ];
  return holders.flatMap(({ holder, origin }) => {
    const credentials = [
      ...holder.passwordCredentials.map((credential) => ({ credential, keyType: "clientSecret" })),
      ...holder.keyCredentials.map((credential) => ({ credential, keyType: "certificate" })),
    ];
    return credentials.map(({ credential, keyType }) => ({
      id: Buffer.from(`${holder.appId}|${credential.keyId}`).toString("base64url"),
      keyId: credential.keyId,
      keyType,
      keyUsage: "verify",
      appId: holder.appId,
      appObjectId: applicationOfClient(entra, holder.appId)?.id ?? null,
      servicePrincipalObjectId: servicePrincipalOfClient(entra, holder.appId)?.id ?? null,
      credentialOrigin: origin,
      createdDateTime: credential.startDateTime,
      expirationDateTime: credential.endDateTime,
      ...activityOf(entra.signIn.credentialUses[credential.keyId]),
    }));
  });
}

function activityOf(use: CredentialUse | undefined): Record<string, unknown> {
  if (use === undefined) return { resourceId: null, signInActivity: null };
  const { resourceId, lastSignInDateTime, lastSignInRequestId } = use;
  return { resourceId, signInActivity: { lastSignInDateTime, lastSignInRequestId } };
}

const appCredentialSignInActivities = graphOperation(
  {
    name: "report.appCredentialSignInActivities",
    method: "GET",
    path: "/reports/appCredentialSignInActivities",
    documentation: "reportroot-list-appcredentialsigninactivities",
    right: rights.readReports,
  },
  (call) => {
    if (!call.beta) throw new Unsupported("Microsoft Graph v1.0: the report exists in beta alone");
    return listAnswer(call, "reports/appCredentialSignInActivities", activitiesIn(call.entra));
  },
);

/** Who uses which credential. */
export const reportOperations: readonly Operation[] = [appCredentialSignInActivities];
