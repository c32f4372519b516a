import { z } from "zod";
import {
  createPermissionGrant,
  deletePermissionGrant,
  permissionGrantOf,
  updatePermissionGrant,
} from "../../entra/permission-grants.ts";
import { rights } from "../../entra/rights.ts";
import type { OAuth2PermissionGrant } from "../../entra/state.ts";
import type { Operation } from "../operation.ts";
import { entityAnswer, listAnswer, noContent } from "./answers.ts";
import { graphOperation } from "./graph-operation.ts";
import { servicePrincipalNamed } from "./object-id.ts";
import type { Entity } from "./odata/list.ts";
import { given, readBody } from "./request-body.ts";

const PATH = "/oauth2PermissionGrants";
const CONTEXT = "oauth2PermissionGrants";

const grantBody = z.object({
  clientId: z.string().optional(),
  consentType: z.string().optional(),
  principalId: z.string().nullish(),
  resourceId: z.string().optional(),
  scope: z.string().optional(),
});

const entityOf = (grant: OAuth2PermissionGrant): Entity => ({ ...grant });

const list = graphOperation(
  {
    name: "oauth2PermissionGrant.list",
    method: "GET",
    path: PATH,
    documentation: "oauth2permissiongrant-list",
    right: rights.readGrants,
  },
  (call) => listAnswer(call, CONTEXT, Object.values(call.entra.oauth2PermissionGrants).map(entityOf)),
);

const listOfClient = graphOperation(
  {
    name: "servicePrincipal.oauth2PermissionGrants.list",
    method: "GET",
    path: `/servicePrincipals/:id${PATH}`,
    documentation: "serviceprincipal-list-oauth2permissiongrants",
    right: rights.readGrants,
  },
  (call) => {
    const { id } = servicePrincipalNamed(call.entra, call.params.id);
    const grants = Object.values(call.entra.oauth2PermissionGrants).filter(({ clientId }) => clientId === id);
    return listAnswer(call, CONTEXT, grants.map(entityOf));
  },
);

const get = graphOperation(
  {
    name: "oauth2PermissionGrant.get",
    method: "GET",
    path: `${PATH}/:id`,
    documentation: "oauth2permissiongrant-get",
    right: rights.readGrants,
  },
  (call) => entityAnswer(call, CONTEXT, entityOf(permissionGrantOf(call.entra, call.params.id ?? ""))),
);

const create = graphOperation(
  {
    name: "oauth2PermissionGrant.create",
    method: "POST",
    path: PATH,
    documentation: "oauth2permissiongrant-post",
    right: rights.writeGrants,
  },
  async (call) => {
    const body = given(readBody(grantBody, call.body()));
    const grant = await call.change((entra, context) => createPermissionGrant(entra, body, context));
    return entityAnswer(call, CONTEXT, entityOf(grant), { status: 201 });
  },
);

const update = graphOperation(
  {
    name: "oauth2PermissionGrant.update",
    method: "PATCH",
    path: `${PATH}/:id`,
    documentation: "oauth2permissiongrant-update",
    right: rights.writeGrants,
  },
  async (call) => {
    const { scope } = readBody(z.object({ scope: z.string() }), call.body());
    await call.change((entra) => void updatePermissionGrant(entra, call.params.id ?? "", scope));
    return noContent();
  },
);

const remove = graphOperation(
  {
    name: "oauth2PermissionGrant.delete",
    method: "DELETE",
    path: `${PATH}/:id`,
    documentation: "oauth2permissiongrant-delete",
    right: rights.writeGrants,
  },
  async (call) => {
    await call.change((entra) => deletePermissionGrant(entra, call.params.id ?? ""));
    return noContent();
  },
);

/** Delegated permissions, consented to. */
export const permissionGrantOperations: readonly Operation[] = [
  list,
  listOfClient,
  get,
  create,
  update,
  remove,
];
