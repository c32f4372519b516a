import type { CreationContext } from "./context.ts";
import { forgetReferencesTo } from "./directory-objects.ts";
import { badRequest, DirectoryError, notFound, valueRequired } from "./errors.ts";
import type { EntraState, User } from "./state.ts";

export interface UserBody {
  displayName?: string;
  userPrincipalName?: string;
  mail?: string | null;
  accountEnabled?: boolean;
}

/**
 * @throws DirectoryError when a value is missing or the user principal name is taken
 * @see https://learn.microsoft.com/graph/api/user-post-users
 */
export function createUser(entra: EntraState, body: UserBody, { randomness }: CreationContext): User {
  const { displayName, userPrincipalName } = body;
  if (displayName === undefined || displayName === "") throw valueRequired("displayName", "User");
  if (userPrincipalName === undefined) throw valueRequired("userPrincipalName", "User");
  if (!/^[^\s@]+@[^\s@]+$/.test(userPrincipalName)) {
    throw badRequest(
      `Property userPrincipalName is invalid: '${userPrincipalName}' is not of the form name@domain.`,
    );
  }
  if (findUser(entra, userPrincipalName) !== undefined) {
    throw new DirectoryError(
      400,
      "Request_BadRequest",
      "Another object with the same value for property userPrincipalName already exists.",
    );
  }
  const id = randomness.uuid();
  const user: User = {
    id,
    displayName,
    userPrincipalName,
    mail: body.mail ?? userPrincipalName,
    accountEnabled: body.accountEnabled ?? true,
  };
  entra.users[id] = user;
  return user;
}

/** @see https://learn.microsoft.com/graph/api/user-update */
export function updateUser(entra: EntraState, idOrName: string, body: UserBody): User {
  const user = userOf(entra, idOrName);
  if (body.displayName !== undefined) user.displayName = body.displayName;
  if (body.userPrincipalName !== undefined) user.userPrincipalName = body.userPrincipalName;
  if (body.mail !== undefined) user.mail = body.mail;
  if (body.accountEnabled !== undefined) user.accountEnabled = body.accountEnabled;
  return user;
}

export function deleteUser(entra: EntraState, idOrName: string): void {
  const user = userOf(entra, idOrName);
  delete entra.users[user.id];
  forgetReferencesTo(entra, user.id);
}

/** By object id or user principal name, as Graph's paths have it. */
export function findUser(entra: EntraState, idOrName: string): User | undefined {
  const wanted = idOrName.toLowerCase();
  return (
    entra.users[wanted] ??
    Object.values(entra.users).find((user) => user.userPrincipalName.toLowerCase() === wanted)
  );
}

/** @throws DirectoryError when there is no such user. */
export function userOf(entra: EntraState, idOrName: string): User {
  const user = findUser(entra, idOrName);
  if (user === undefined) throw notFound(idOrName);
  return user;
}
