import { z } from "zod";
import {
  createFederatedCredential,
  deleteFederatedCredential,
  federatedCredentialOf,
  updateFederatedCredential,
} from "../../entra/federated-credentials.ts";
import { rights } from "../../entra/rights.ts";
import type { Operation } from "../operation.ts";
import { entityAnswer, listAnswer, noContent } from "./answers.ts";
import { type GraphCall, graphOperation } from "./graph-operation.ts";
import { applicationNamed, writesToApplication } from "./object-id.ts";
import { given, readBody, requireKnownProperties } from "./request-body.ts";

const credentialBody = z.object({
  name: z.string().optional(),
  issuer: z.string().optional(),
  subject: z.string().optional(),
  audiences: z.array(z.string()).optional(),
  description: z.string().nullish(),
});

function readCredentialBody(call: GraphCall) {
  const body = call.body();
  requireKnownProperties(body, (name) => name in credentialBody.shape);
  return given(readBody(credentialBody, body));
}

const COLLECTION = "/applications/:id/federatedIdentityCredentials";
const ONE = `${COLLECTION}/:credential`;

/** Where the answers say that they come from. */
function contextOf({ params }: GraphCall): string {
  return `applications('${params.id}')/federatedIdentityCredentials`;
}

const list = graphOperation(
  {
    name: "federatedIdentityCredential.list",
    method: "GET",
    path: COLLECTION,
    documentation: "application-list-federatedidentitycredentials",
    right: rights.readApplications,
  },
  (call) => {
    const { federatedIdentityCredentials } = applicationNamed(call.entra, call.params.id);
    return listAnswer(
      call,
      contextOf(call),
      federatedIdentityCredentials.map((each) => ({ ...each })),
    );
  },
);

const get = graphOperation(
  {
    name: "federatedIdentityCredential.get",
    method: "GET",
    path: ONE,
    documentation: "federatedidentitycredential-get",
    right: rights.readApplications,
  },
  (call) => {
    const { id } = applicationNamed(call.entra, call.params.id);
    const credential = federatedCredentialOf(call.entra, id, call.params.credential ?? "");
    return entityAnswer(call, contextOf(call), { ...credential });
  },
);

const create = graphOperation(
  {
    name: "federatedIdentityCredential.create",
    method: "POST",
    path: COLLECTION,
    documentation: "application-post-federatedidentitycredentials",
    writesTo: writesToApplication,
  },
  async (call) => {
    const application = applicationNamed(call.entra, call.params.id);
    call.require(rights.writeApplications, application);
    const body = readCredentialBody(call);
    const credential = await call.change((entra, context) =>
      createFederatedCredential(entra, application.id, body, context),
    );
    return entityAnswer(call, contextOf(call), { ...credential }, { status: 201 });
  },
);

const update = graphOperation(
  {
    name: "federatedIdentityCredential.update",
    method: "PATCH",
    path: ONE,
    documentation: "federatedidentitycredential-update",
    writesTo: writesToApplication,
  },
  async (call) => {
    const application = applicationNamed(call.entra, call.params.id);
    call.require(rights.writeApplications, application);
    const body = readCredentialBody(call);
    await call.change(
      (entra) => void updateFederatedCredential(entra, application.id, call.params.credential ?? "", body),
    );
    return noContent();
  },
);

const remove = graphOperation(
  {
    name: "federatedIdentityCredential.delete",
    method: "DELETE",
    path: ONE,
    documentation: "federatedidentitycredential-delete",
    writesTo: writesToApplication,
  },
  async (call) => {
    const application = applicationNamed(call.entra, call.params.id);
    call.require(rights.writeApplications, application);
    await call.change((entra) =>
      deleteFederatedCredential(entra, application.id, call.params.credential ?? ""),
    );
    return noContent();
  },
);

/** The outside identities that may act as an application. */
export const federatedCredentialOperations: readonly Operation[] = [list, get, create, update, remove];
