import { DirectoryError } from "../../entra/errors.ts";
import { microsoftGraph } from "../../entra/well-known/microsoft-graph.ts";
import { type FaceAnswer, type FaceRequest, headerOf, jsonAnswer } from "../exchange.ts";
import type { Service } from "../operation.ts";
import type { FaceServices } from "../services.ts";
import { failureOfStatus, headersOfStatus } from "../typical-failure.ts";
import { appRoleAssignmentOperations } from "./app-role-assignments.ts";
import { applicationOperations } from "./applications.ts";
import { batchOperations } from "./batch.ts";
import { deltaOperations } from "./delta.ts";
import { directoryObjectOperations } from "./directory-objects.ts";
import { directoryRoleOperations } from "./directory-roles.ts";
import { federatedCredentialOperations } from "./federated-credentials.ts";
import { GraphTokenError } from "./graph-operation.ts";
import { groupOperations } from "./groups.ts";
import { mailOperations } from "./mail.ts";
import { memberOperations } from "./members.ts";
import { organizationOperations } from "./organization.ts";
import { ownerOperations } from "./owners.ts";
import { passwordOperations } from "./passwords.ts";
import { permissionGrantOperations } from "./permission-grants.ts";
import { reportOperations } from "./reports.ts";
import { roleManagementOperations } from "./role-management.ts";
import { servicePrincipalOperations } from "./service-principals.ts";
import { userOperations } from "./users.ts";

/** Microsoft Graph, versions 1.0 and beta. */
export const graphService: Service = {
  name: "graph",
  operations: [
    ...applicationOperations,
    ...servicePrincipalOperations,
    ...passwordOperations,
    ...federatedCredentialOperations,
    ...ownerOperations,
    ...groupOperations,
    ...memberOperations,
    ...directoryRoleOperations,
    ...roleManagementOperations,
    ...appRoleAssignmentOperations,
    ...permissionGrantOperations,
    ...userOperations,
    ...organizationOperations,
    ...directoryObjectOperations,
    ...mailOperations,
    ...reportOperations,
    ...deltaOperations,
    ...batchOperations,
  ],
  headers: ({ id, headers }) => ({
    "cache-control": "no-cache",
    "request-id": id,
    "client-request-id": headerOf({ headers }, "client-request-id") ?? id,
    "odata-version": "4.0",
  }),
  refusal: (error, request, services) => {
    if (!(error instanceof DirectoryError)) return undefined;
    const answer = graphError(error, request, services);
    if (!(error instanceof GraphTokenError)) return answer;
    const authority = `${services.addresses.origin}/${services.store.state.entra.tenant.id}`;
    const challenge = `Bearer realm="", authorization_uri="${authority}/oauth2/authorize", client_id="${microsoftGraph.appId}"`;
    return { ...answer, headers: { ...answer.headers, "www-authenticate": challenge } };
  },
  failure: graphError,
  typicalFailure: (status, request, services) => {
    const answer = graphError(failureOfStatus(status, TYPICAL_FAILURES), request, services);
    return { ...answer, headers: { ...answer.headers, ...headersOfStatus(status) } };
  },
  conflict: (request, services) => graphError({ status: 409, ...CONCURRENT_WRITE }, request, services),
};

const CONCURRENT_WRITE = {
  code: "Directory_ConcurrencyViolation",
  message: "Error due to concurrent requests being made to the tenant. Please wait briefly and retry.",
};

const TYPICAL_FAILURES = {
  403: {
    code: "Authorization_RequestDenied",
    message: "Insufficient privileges to complete the operation.",
  },
  409: CONCURRENT_WRITE,
  429: { code: "TooManyRequests", message: "Too many requests." },
  500: { code: "InternalServerError", message: "An unexpected error occurred." },
  503: { code: "ServiceUnavailable", message: "The service is temporarily unavailable." },
  504: { code: "UnknownError", message: "The request timed out." },
};

/** @see https://learn.microsoft.com/graph/errors */
function graphError(
  { status, code, message }: { status: number; code: string; message: string },
  request: FaceRequest,
  { clock }: Pick<FaceServices, "clock">,
): FaceAnswer {
  return jsonAnswer(status, {
    error: {
      code,
      message,
      innerError: {
        date: new Date(clock.nowMs()).toISOString().slice(0, 19),
        "request-id": request.id,
        "client-request-id": headerOf(request, "client-request-id") ?? request.id,
      },
    },
  });
}
