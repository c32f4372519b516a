import { z } from "zod";
import {
  appRoleAssignmentOf,
  createAppRoleAssignment,
  deleteAppRoleAssignment,
} from "../../entra/app-role-assignments.ts";
import { badRequest, notFound } from "../../entra/errors.ts";
import { rights } from "../../entra/rights.ts";
import type { AppRoleAssignment } from "../../entra/state.ts";
import type { Operation } from "../operation.ts";
import { entityAnswer, listAnswer, noContent } from "./answers.ts";
import { type GraphCall, graphOperation } from "./graph-operation.ts";
import { servicePrincipalNamed } from "./object-id.ts";
import type { Entity } from "./odata/list.ts";
import { given, readBody } from "./request-body.ts";

const assignmentBody = z.object({
  principalId: z.string().optional(),
  resourceId: z.string().optional(),
  appRoleId: z.string().optional(),
});

/** The two sides from which an assignment is seen. */
const SIDES = [
  { segment: "appRoleAssignments", key: "principalId", documentation: "approleassignments" },
  { segment: "appRoleAssignedTo", key: "resourceId", documentation: "approleassignedto" },
] as const;

type Side = (typeof SIDES)[number];

function entityOf(assignment: AppRoleAssignment): Entity {
  return { deletedDateTime: null, ...assignment };
}

function assignmentsOn({ entra, params }: GraphCall, { key }: Side): AppRoleAssignment[] {
  const { id } = servicePrincipalNamed(entra, params.id);
  return Object.values(entra.appRoleAssignments).filter((assignment) => assignment[key] === id);
}

function operationsOn(side: Side): Operation[] {
  const { segment, key, documentation } = side;
  const path = `/servicePrincipals/:id/${segment}`;
  const list = graphOperation(
    {
      name: `servicePrincipal.${segment}.list`,
      method: "GET",
      path,
      documentation: `serviceprincipal-list-${documentation}`,
      right: rights.readApplications,
    },
    (call) => listAnswer(call, "appRoleAssignments", assignmentsOn(call, side).map(entityOf)),
  );
  const get = graphOperation(
    {
      name: `servicePrincipal.${segment}.get`,
      method: "GET",
      path: `${path}/:assignment`,
      documentation: `serviceprincipal-list-${documentation}`,
      right: rights.readApplications,
    },
    (call) => entityAnswer(call, "appRoleAssignments", entityOf(requireOn(call, side))),
  );
  const create = graphOperation(
    {
      name: `servicePrincipal.${segment}.create`,
      method: "POST",
      path,
      documentation: `serviceprincipal-post-${documentation}`,
      right: rights.grantAppRoles,
    },
    async (call) => {
      const { id } = servicePrincipalNamed(call.entra, call.params.id);
      const body = given(readBody(assignmentBody, call.body()));
      if (body[key] !== id) throw badRequest(`Property '${key}' must be the id in the request's path.`);
      const assignment = await call.change((entra, context) => createAppRoleAssignment(entra, body, context));
      return entityAnswer(call, "appRoleAssignments", entityOf(assignment), { status: 201 });
    },
  );
  const remove = graphOperation(
    {
      name: `servicePrincipal.${segment}.delete`,
      method: "DELETE",
      path: `${path}/:assignment`,
      documentation: `serviceprincipal-delete-${documentation}`,
      right: rights.grantAppRoles,
    },
    async (call) => {
      const { id } = requireOn(call, side);
      await call.change((entra) => deleteAppRoleAssignment(entra, id));
      return noContent();
    },
  );
  return [list, get, create, remove];
}

function requireOn(call: GraphCall, { key }: Side): AppRoleAssignment {
  const { id } = servicePrincipalNamed(call.entra, call.params.id);
  const assignment = appRoleAssignmentOf(call.entra, call.params.assignment ?? "");
  if (assignment[key] !== id) throw notFound(assignment.id);
  return assignment;
}

/** Application permissions, granted. */
export const appRoleAssignmentOperations: readonly Operation[] = SIDES.flatMap(operationsOn);
