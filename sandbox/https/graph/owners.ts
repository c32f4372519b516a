import { directoryObjectOf } from "../../entra/directory-objects.ts";
import { groupOf } from "../../entra/groups.ts";
import { addOwner, type OwnedKind, removeOwner } from "../../entra/references.ts";
import { type Right, type RightTarget, rights } from "../../entra/rights.ts";
import type { EntraState } from "../../entra/state.ts";
import type { Operation } from "../operation.ts";
import { listAnswer, noContent } from "./answers.ts";
import { relatedObjectEntity } from "./entities/directory-object.ts";
import { graphOperation } from "./graph-operation.ts";
import {
  applicationNamed,
  servicePrincipalNamed,
  writesToApplication,
  writesToServicePrincipal,
} from "./object-id.ts";
import { referencedId } from "./request-body.ts";

/** What has owners. */
interface Owned {
  kind: OwnedKind;
  collection: string;
  documentation: string;
  named(entra: EntraState, name: string | undefined): RightTarget;
  reading: Right;
  writing: Right;
  writesTo?(params: Record<string, string>): string;
}

const ownedKinds: readonly Owned[] = [
  {
    kind: "application",
    collection: "applications",
    documentation: "application",
    named: applicationNamed,
    reading: rights.readApplications,
    writing: rights.writeApplications,
    writesTo: writesToApplication,
  },
  {
    kind: "servicePrincipal",
    collection: "servicePrincipals",
    documentation: "serviceprincipal",
    named: servicePrincipalNamed,
    reading: rights.readApplications,
    writing: rights.writeApplications,
    writesTo: writesToServicePrincipal,
  },
  {
    kind: "group",
    collection: "groups",
    documentation: "group",
    named: (entra, name = "") => groupOf(entra, name),
    reading: rights.readMembers,
    writing: rights.writeMembers,
  },
];

function operationsOf({
  kind,
  collection,
  documentation,
  named,
  reading,
  writing,
  writesTo,
}: Owned): Operation[] {
  const exclusive = writesTo === undefined ? {} : { writesTo };
  const list = graphOperation(
    {
      name: `${kind}.listOwners`,
      method: "GET",
      path: `/${collection}/:id/owners`,
      documentation: `${documentation}-list-owners`,
      right: reading,
    },
    (call) => {
      const owners = named(call.entra, call.params.id).owners.map((id) => directoryObjectOf(call.entra, id));
      return listAnswer(
        call,
        "directoryObjects",
        owners.map((each) => relatedObjectEntity(call, each)),
      );
    },
  );
  const add = graphOperation(
    {
      name: `${kind}.addOwner`,
      method: "POST",
      path: `/${collection}/:id/owners/$ref`,
      documentation: `${documentation}-post-owners`,
      ...exclusive,
    },
    async (call) => {
      const target = named(call.entra, call.params.id);
      call.require(writing, target);
      const ownerId = referencedId(call.body());
      await call.change((entra) => addOwner(entra, kind, target.id, ownerId));
      return noContent();
    },
  );
  const remove = graphOperation(
    {
      name: `${kind}.removeOwner`,
      method: "DELETE",
      path: `/${collection}/:id/owners/:owner/$ref`,
      documentation: `${documentation}-delete-owners`,
      ...exclusive,
    },
    async (call) => {
      const target = named(call.entra, call.params.id);
      call.require(writing, target);
      await call.change((entra) => removeOwner(entra, kind, target.id, call.params.owner ?? ""));
      return noContent();
    },
  );
  return [list, add, remove];
}

/** The owners of applications, service principals and groups. */
export const ownerOperations: readonly Operation[] = ownedKinds.flatMap(operationsOf);
