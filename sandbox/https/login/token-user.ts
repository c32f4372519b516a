import type { EntraState, User } from "../../entra/state.ts";
import { signInErrors } from "./sign-in-errors.ts";

/**
 * The user that a grant was given by.
 * @throws SignInError when the account is gone or disabled
 */
export function requireUser(entra: EntraState, userId: string): User {
  const user = entra.users[userId];
  if (user === undefined) throw signInErrors.userUnknown(userId, entra.tenant.displayName);
  if (!user.accountEnabled) throw signInErrors.userDisabled();
  return user;
}
