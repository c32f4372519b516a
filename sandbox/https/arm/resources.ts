import { z } from "zod";
import { badRequest } from "../../arm/errors.ts";
import { parseResourceId, resourceKey } from "../../arm/resource-id.ts";
import type { ArmContext, ResourceBody } from "../../arm/resource-types.ts";
import { deleteResource, getResource, putResource } from "../../arm/resources.ts";
import { type Access, assignmentIn, refusalOf } from "../../providers/native/rights.ts";
import type { State } from "../../state.ts";
import { emptyAnswer, type FaceRequest, jsonAnswer } from "../exchange.ts";
import type { Operation } from "../operation.ts";
import { admittedCall } from "./arm-call.ts";
import { collectionAt, listedResources } from "./list.ts";

const PATH = "/subscriptions/*";

const resourceBody = z.looseObject({
  location: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
});

/** A resource by its id, or a list of them by what they are within. */
export const getResourceOperation: Operation = {
  name: "arm.getResource",
  method: "GET",
  path: PATH,
  documentation: "https://learn.microsoft.com/rest/api/resources/resources/get-by-id",
  handle: async (request, services) => {
    const context = await admittedCall(request, services);
    const { state } = services.store;
    const collection = collectionAt(idIn(request));
    if (collection !== undefined) {
      const filter = request.url.searchParams.get("$filter");
      return jsonAnswer(200, {
        value: listedResources(state, context.caller.principalId, collection, filter, context.vaultUri),
      });
    }
    requireRight(state, context, request, "read");
    return jsonAnswer(200, getResource(state, idIn(request), context.vaultUri));
  },
};

/** Creates or replaces a resource. */
export const putResourceOperation: Operation = {
  name: "arm.putResource",
  method: "PUT",
  path: PATH,
  documentation: "https://learn.microsoft.com/rest/api/resources/resources/create-or-update-by-id",
  handle: async (request, services) => {
    const context = await admittedCall(request, services);
    const { store } = services;
    const body = bodyIn(request);
    requireRight(store.state, context, request, "write", body.properties);
    const isNew = store.state.arm.resources[resourceKey(idIn(request))] === undefined;
    await store.update((draft) => void putResource(draft, idIn(request), body, context));
    return jsonAnswer(isNew ? 201 : 200, getResource(store.state, idIn(request), context.vaultUri));
  },
};

/** Removes a resource with everything in it. */
export const deleteResourceOperation: Operation = {
  name: "arm.deleteResource",
  method: "DELETE",
  path: PATH,
  documentation: "https://learn.microsoft.com/rest/api/resources/resources/delete-by-id",
  handle: async (request, services) => {
    const context = await admittedCall(request, services);
    const { store } = services;
    const existing = store.state.arm.resources[resourceKey(idIn(request))];
    requireRight(store.state, context, request, "delete", existing?.properties);
    await store.update((draft) => deleteResource(draft, idIn(request), context));
    return emptyAnswer(existing === undefined ? 204 : 200);
  },
};

function idIn({ url }: FaceRequest): string {
  return decodeURIComponent(url.pathname);
}

function requireRight(
  state: State,
  { caller }: ArmContext,
  request: FaceRequest,
  verb: Access["verb"],
  properties?: Readonly<Record<string, unknown>>,
): void {
  const id = idIn(request);
  const access = { definition: { armType: typeIn(id) }, id, verb, ...assignmentIn(properties) };
  const refusal = refusalOf(state, caller, access);
  if (refusal !== undefined) throw refusal;
}

function typeIn(id: string): string {
  try {
    return parseResourceId(id).type;
  } catch {
    throw badRequest(`The request's path '${id}' is not the id of a resource.`, "InvalidResourceId");
  }
}

function bodyIn({ body }: FaceRequest): ResourceBody {
  let json: unknown;
  try {
    json = JSON.parse(body.toString("utf8"));
  } catch {
    throw badRequest(
      "The request content was invalid and could not be deserialized.",
      "InvalidRequestContent",
    );
  }
  const { success, data, error } = resourceBody.safeParse(json);
  if (success) return data as ResourceBody;
  const problems = error.issues.map(({ path, message }) => `${path.join(".") || "body"}: ${message}`);
  throw badRequest(`The request content was invalid: ${problems.join("; ")}`, "InvalidRequestContent");
}
