import { z } from "zod";
import { DirectoryError } from "../../entra/errors.ts";
import { rights } from "../../entra/rights.ts";
import { revokeSignInSessions } from "../../entra/sign-in-sessions.ts";
import type { User } from "../../entra/state.ts";
import { createUser, deleteUser, updateUser, userOf } from "../../entra/users.ts";
import type { Operation } from "../operation.ts";
import { countAnswer, entityAnswer, listAnswer, noContent, valueAnswer } from "./answers.ts";
import { USER_PROPERTIES_ON_REQUEST, userEntity } from "./entities/directory-object.ts";
import { type GraphCall, graphOperation } from "./graph-operation.ts";
import type { Entity } from "./odata/list.ts";
import { given, readBody } from "./request-body.ts";

const userBody = z.object({
  displayName: z.string().optional(),
  userPrincipalName: z.string().optional(),
  mail: z.string().nullish(),
  accountEnabled: z.boolean().optional(),
});

/** A user as it is shown unasked, with what `$select` asks for beside. */
function shown({ request }: GraphCall, user: User): Entity {
  const asked =
    request.url.searchParams
      .get("$select")
      ?.split(",")
      .map((name) => name.trim()) ?? [];
  const hidden = USER_PROPERTIES_ON_REQUEST.filter((name) => !asked.includes(name));
  return Object.fromEntries(
    Object.entries(userEntity(user)).filter(([name]) => !hidden.includes(name)),
  ) as Entity;
}

/** The user that the caller acts for. */
export function requireMe({ caller, entra }: GraphCall): User {
  if (caller.kind === "app") {
    throw new DirectoryError(
      400,
      "BadRequest",
      "/me request is only valid with delegated authentication flow.",
    );
  }
  return userOf(entra, caller.objectId);
}

/** Everybody may read their own profile. */
function requireReadable(call: GraphCall, user: User): void {
  const isSelf = call.caller.kind === "user" && call.caller.objectId === user.id;
  call.require(isSelf ? rights.readSelf : rights.readUsers);
}

const list = graphOperation(
  { name: "user.list", method: "GET", path: "/users", documentation: "user-list", right: rights.readUsers },
  (call) =>
    listAnswer(
      call,
      "users",
      Object.values(call.entra.users).map((user) => shown(call, user)),
    ),
);

const count = graphOperation(
  {
    name: "user.count",
    method: "GET",
    path: "/users/$count",
    documentation: "user-list",
    right: rights.readUsers,
  },
  (call) => countAnswer(call, Object.values(call.entra.users).map(userEntity)),
);

const get = graphOperation(
  { name: "user.get", method: "GET", path: "/users/:id", documentation: "user-get" },
  (call) => {
    const user = userOf(call.entra, call.params.id ?? "");
    requireReadable(call, user);
    return entityAnswer(call, "users", shown(call, user));
  },
);

const getMe = graphOperation(
  { name: "me.get", method: "GET", path: "/me", documentation: "user-get" },
  (call) => {
    const user = requireMe(call);
    call.require(rights.readSelf);
    return entityAnswer(call, "users", shown(call, user));
  },
);

const create = graphOperation(
  {
    name: "user.create",
    method: "POST",
    path: "/users",
    documentation: "user-post-users",
    right: rights.writeUsers,
  },
  async (call) => {
    const body = given(readBody(userBody, call.body()));
    const user = await call.change((entra, context) => createUser(entra, body, context));
    return entityAnswer(call, "users", shown(call, user), { status: 201 });
  },
);

const update = graphOperation(
  {
    name: "user.update",
    method: "PATCH",
    path: "/users/:id",
    documentation: "user-update",
    right: rights.writeUsers,
  },
  async (call) => {
    const body = given(readBody(userBody, call.body()));
    await call.change((entra) => void updateUser(entra, call.params.id ?? "", body));
    return noContent();
  },
);

const remove = graphOperation(
  {
    name: "user.delete",
    method: "DELETE",
    path: "/users/:id",
    documentation: "user-delete",
    right: rights.writeUsers,
  },
  async (call) => {
    await call.change((entra) => deleteUser(entra, call.params.id ?? ""));
    return noContent();
  },
);

const revokeSessions = graphOperation(
  {
    name: "user.revokeSignInSessions",
    method: "POST",
    path: "/users/:id/revokeSignInSessions",
    documentation: "user-revokesigninsessions",
    right: rights.writeUsers,
  },
  async (call) => {
    const { id } = userOf(call.entra, call.params.id ?? "");
    await call.change((entra) => revokeSignInSessions(entra, id));
    return valueAnswer(call, "Edm.Boolean", { value: true });
  },
);

/** The people of the tenant. */
export const userOperations: readonly Operation[] = [
  list,
  count,
  get,
  getMe,
  create,
  update,
  remove,
  revokeSessions,
];
