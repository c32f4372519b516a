import { z } from "zod";
import { notFound } from "../../entra/errors.ts";
import { rights } from "../../entra/rights.ts";
import {
  createRoleAssignment,
  deleteRoleAssignment,
  roleAssignmentOf,
} from "../../entra/role-assignments.ts";
import {
  createRoleDefinition,
  deleteRoleDefinition,
  findRoleDefinition,
  updateRoleDefinition,
} from "../../entra/role-definitions.ts";
import type { UnifiedRoleAssignment, UnifiedRoleDefinition } from "../../entra/state.ts";
import { directoryRoleTemplates } from "../../entra/well-known/directory-role-templates.ts";
import type { Operation } from "../operation.ts";
import { entityAnswer, listAnswer, noContent } from "./answers.ts";
import { type GraphCall, graphOperation } from "./graph-operation.ts";
import type { Entity } from "./odata/list.ts";
import { given, readBody } from "./request-body.ts";

const DEFINITIONS = "/roleManagement/directory/roleDefinitions";
const ASSIGNMENTS = "/roleManagement/directory/roleAssignments";

const definitionBody = z.object({
  displayName: z.string().optional(),
  description: z.string().nullish(),
  isEnabled: z.boolean().optional(),
  templateId: z.string().optional(),
  version: z.string().nullish(),
  rolePermissions: z.array(z.object({ allowedResourceActions: z.array(z.string()) })).optional(),
});

const assignmentBody = z.object({
  principalId: z.string().optional(),
  roleDefinitionId: z.string().optional(),
  directoryScopeId: z.string().nullish(),
  appScopeId: z.string().nullish(),
});

function definitionEntity(definition: UnifiedRoleDefinition): Entity {
  const isBuiltIn = directoryRoleTemplates.some(({ id }) => id === definition.id);
  return { ...definition, isBuiltIn, resourceScopes: ["/"] };
}

function assignmentEntity(assignment: UnifiedRoleAssignment): Entity {
  return { ...assignment, condition: null };
}

const definitionsContext = "roleManagement/directory/roleDefinitions";
const assignmentsContext = "roleManagement/directory/roleAssignments";

const listDefinitions = graphOperation(
  {
    name: "roleDefinition.list",
    method: "GET",
    path: DEFINITIONS,
    documentation: "rbacapplication-list-roledefinitions",
    right: rights.readRoles,
  },
  (call) => {
    const builtIn = directoryRoleTemplates.map(({ id }) => definitionNamed(call, id));
    const own = Object.values(call.entra.roleDefinitions);
    return listAnswer(call, definitionsContext, [...builtIn, ...own].map(definitionEntity));
  },
);

function definitionNamed({ entra }: GraphCall, id = ""): UnifiedRoleDefinition {
  const definition = findRoleDefinition(entra, id);
  if (definition === undefined) throw notFound(id);
  return definition;
}

const getDefinition = graphOperation(
  {
    name: "roleDefinition.get",
    method: "GET",
    path: `${DEFINITIONS}/:id`,
    documentation: "unifiedroledefinition-get",
    right: rights.readRoles,
  },
  (call) => entityAnswer(call, definitionsContext, definitionEntity(definitionNamed(call, call.params.id))),
);

const createDefinition = graphOperation(
  {
    name: "roleDefinition.create",
    method: "POST",
    path: DEFINITIONS,
    documentation: "rbacapplication-post-roledefinitions",
    right: rights.writeRoles,
  },
  async (call) => {
    const body = given(readBody(definitionBody, call.body()));
    const definition = await call.change((entra, context) => createRoleDefinition(entra, body, context));
    return entityAnswer(call, definitionsContext, definitionEntity(definition), { status: 201 });
  },
);

const updateDefinition = graphOperation(
  {
    name: "roleDefinition.update",
    method: "PATCH",
    path: `${DEFINITIONS}/:id`,
    documentation: "unifiedroledefinition-update",
    right: rights.writeRoles,
  },
  async (call) => {
    const { templateId: _, ...body } = given(readBody(definitionBody, call.body()));
    await call.change((entra) => void updateRoleDefinition(entra, call.params.id ?? "", body));
    return noContent();
  },
);

const removeDefinition = graphOperation(
  {
    name: "roleDefinition.delete",
    method: "DELETE",
    path: `${DEFINITIONS}/:id`,
    documentation: "unifiedroledefinition-delete",
    right: rights.writeRoles,
  },
  async (call) => {
    await call.change((entra) => deleteRoleDefinition(entra, call.params.id ?? ""));
    return noContent();
  },
);

const listAssignments = graphOperation(
  {
    name: "roleAssignment.list",
    method: "GET",
    path: ASSIGNMENTS,
    documentation: "rbacapplication-list-roleassignments",
    right: rights.readRoles,
  },
  (call) =>
    listAnswer(call, assignmentsContext, Object.values(call.entra.roleAssignments).map(assignmentEntity)),
);

const getAssignment = graphOperation(
  {
    name: "roleAssignment.get",
    method: "GET",
    path: `${ASSIGNMENTS}/:id`,
    documentation: "unifiedroleassignment-get",
    right: rights.readRoles,
  },
  (call) =>
    entityAnswer(
      call,
      assignmentsContext,
      assignmentEntity(roleAssignmentOf(call.entra, call.params.id ?? "")),
    ),
);

const createAssignment = graphOperation(
  {
    name: "roleAssignment.create",
    method: "POST",
    path: ASSIGNMENTS,
    documentation: "rbacapplication-post-roleassignments",
    right: rights.writeRoles,
  },
  async (call) => {
    const body = given(readBody(assignmentBody, call.body()));
    const assignment = await call.change((entra, context) => createRoleAssignment(entra, body, context));
    return entityAnswer(call, assignmentsContext, assignmentEntity(assignment), { status: 201 });
  },
);

const removeAssignment = graphOperation(
  {
    name: "roleAssignment.delete",
    method: "DELETE",
    path: `${ASSIGNMENTS}/:id`,
    documentation: "unifiedroleassignment-delete",
    right: rights.writeRoles,
  },
  async (call) => {
    await call.change((entra) => deleteRoleAssignment(entra, call.params.id ?? ""));
    return noContent();
  },
);

/** Role definitions, and their assignments at a scope. */
export const roleManagementOperations: readonly Operation[] = [
  listDefinitions,
  getDefinition,
  createDefinition,
  updateDefinition,
  removeDefinition,
  listAssignments,
  getAssignment,
  createAssignment,
  removeAssignment,
];
