import { rights } from "../../entra/rights.ts";
import type { Operation } from "../operation.ts";
import { entityAnswer, listAnswer } from "./answers.ts";
import { type GraphCall, graphOperation } from "./graph-operation.ts";
import type { Entity } from "./odata/list.ts";

/** @see https://learn.microsoft.com/graph/api/resources/organization */
function tenantEntity({ entra: { tenant } }: GraphCall): Entity {
  return {
    id: tenant.id,
    displayName: tenant.displayName,
    tenantType: "AAD",
    verifiedDomains: [
      { capabilities: "Email", isDefault: true, isInitial: true, name: tenant.domain, type: "Managed" },
    ],
  };
}

const list = graphOperation(
  {
    name: "organization.list",
    method: "GET",
    path: "/organization",
    documentation: "organization-list",
    right: rights.readOrganization,
  },
  (call) => listAnswer(call, "organization", [tenantEntity(call)]),
);

const get = graphOperation(
  {
    name: "organization.get",
    method: "GET",
    path: "/organization/:id",
    documentation: "organization-get",
    right: rights.readOrganization,
  },
  (call) => entityAnswer(call, "organization", tenantEntity(call)),
);

/** The tenant itself. */
export const organizationOperations: readonly Operation[] = [list, get];
