import { addOwner } from "../../entra/references.ts";
import { rights } from "../../entra/rights.ts";
import {
  createServicePrincipal,
  deleteServicePrincipal,
  updateServicePrincipal,
} from "../../entra/service-principals.ts";
import type { Operation } from "../operation.ts";
import { countAnswer, entityAnswer, listAnswer, noContent } from "./answers.ts";
import { keptPasswordCredentials, readServicePrincipalBody } from "./application-body.ts";
import { servicePrincipalEntity } from "./entities/service-principal.ts";
import { type GraphCall, graphOperation } from "./graph-operation.ts";
import { servicePrincipalNamed, writesToServicePrincipal } from "./object-id.ts";
import type { Relations } from "./odata/list.ts";
import { boundIds } from "./request-body.ts";

const entities = (call: GraphCall) =>
  Object.values(call.entra.servicePrincipals).map((each) => servicePrincipalEntity(call.entra, each, call));

/** Filtered by, as in `owners/$count eq 0`. */
const relations =
  ({ entra }: GraphCall): Relations =>
  ({ id }) => ({ owners: (entra.servicePrincipals[id]?.owners ?? []).map((owner) => ({ id: owner })) });

const listServicePrincipals = graphOperation(
  {
    name: "servicePrincipal.list",
    method: "GET",
    path: "/servicePrincipals",
    documentation: "serviceprincipal-list",
    right: rights.readApplications,
  },
  (call) => listAnswer(call, "servicePrincipals", entities(call), relations(call)),
);

const countServicePrincipals = graphOperation(
  {
    name: "servicePrincipal.count",
    method: "GET",
    path: "/servicePrincipals/$count",
    documentation: "serviceprincipal-list",
    right: rights.readApplications,
  },
  (call) => countAnswer(call, entities(call), relations(call)),
);

const getServicePrincipal = graphOperation(
  {
    name: "servicePrincipal.get",
    method: "GET",
    path: "/servicePrincipals/:id",
    documentation: "serviceprincipal-get",
    right: rights.readApplications,
  },
  (call) => {
    const principal = servicePrincipalNamed(call.entra, call.params.id);
    const withKeys = call.request.url.searchParams.get("$select")?.includes("keyCredentials") ?? false;
    const entity = servicePrincipalEntity(call.entra, principal, { ...call, withKeys });
    return entityAnswer(call, "servicePrincipals", entity);
  },
);

const postServicePrincipal = graphOperation(
  {
    name: "servicePrincipal.create",
    method: "POST",
    path: "/servicePrincipals",
    documentation: "serviceprincipal-post-serviceprincipals",
    right: rights.createApplications,
  },
  async (call) => {
    const body = call.body();
    const fields = readServicePrincipalBody(body, [], call.context);
    const principal = await call.change((entra, context) => {
      const created = createServicePrincipal(entra, { ...fields, createdBy: call.caller.objectId }, context);
      for (const owner of boundIds(body, "owners")) {
        if (!created.owners.includes(owner)) addOwner(entra, "servicePrincipal", created.id, owner);
      }
      return created;
    });
    const { entra } = call.services.store.state;
    return entityAnswer(call, "servicePrincipals", servicePrincipalEntity(entra, principal, call), {
      status: 201,
    });
  },
);

const patchServicePrincipal = graphOperation(
  {
    name: "servicePrincipal.update",
    method: "PATCH",
    path: "/servicePrincipals/:id",
    documentation: "serviceprincipal-update",
    writesTo: writesToServicePrincipal,
  },
  async (call) => {
    const before = servicePrincipalNamed(call.entra, call.params.id);
    call.require(rights.writeApplications, before);
    const body = call.body();
    const { appId: _, ...fields } = readServicePrincipalBody(body, before.keyCredentials, call.context);
    const kept = keptPasswordCredentials(body, before.passwordCredentials);
    await call.change((entra) => {
      const principal = updateServicePrincipal(entra, before.id, fields);
      if (kept !== undefined) principal.passwordCredentials = kept;
    });
    return noContent();
  },
);

const removeServicePrincipal = graphOperation(
  {
    name: "servicePrincipal.delete",
    method: "DELETE",
    path: "/servicePrincipals/:id",
    documentation: "serviceprincipal-delete",
    writesTo: writesToServicePrincipal,
  },
  async (call) => {
    const principal = servicePrincipalNamed(call.entra, call.params.id);
    call.require(rights.writeApplications, principal);
    await call.change((entra) => deleteServicePrincipal(entra, principal.id, call.nowMs));
    return noContent();
  },
);

/** Reading and writing service principals. */
export const servicePrincipalOperations: readonly Operation[] = [
  listServicePrincipals,
  countServicePrincipals,
  getServicePrincipal,
  postServicePrincipal,
  patchServicePrincipal,
  removeServicePrincipal,
];
