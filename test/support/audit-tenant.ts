import { application, numbers, secret, servicePrincipal } from "./audit.ts";
import type { GraphDirectory } from "./graph-directory.ts";

/** Every tenth application has a secret that expires; every eleventh has no owner. */
export function tenant(size: number): GraphDirectory {
  return {
    applications: numbers(size).map((number) =>
      application(number, {
        passwordCredentials: [secret(number, -10, number % 10 === 0 ? 5 : 100)],
        ...(number % 11 === 0 ? { owners: [] } : {}),
        ...(number % 97 === 0 ? { createdDateTime: null } : {}),
      }),
    ),
    servicePrincipals: numbers(size).map((number) => servicePrincipal(number)),
  };
}
