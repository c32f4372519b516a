import type { EntraState, Tenant } from "../../entra/state.ts";
import { signInErrors } from "./sign-in-errors.ts";

const ANY_TENANT = ["common", "organizations"];

/**
 * The tenant that a path names: by id, by domain, or any.
 * @throws SignInError when it is another one
 */
export function requireTenant({ tenant }: EntraState, named: string): Tenant {
  const name = named.toLowerCase();
  if (![tenant.id.toLowerCase(), tenant.domain.toLowerCase(), ...ANY_TENANT].includes(name)) {
    throw signInErrors.tenantNotFound(named);
  }
  return tenant;
}

/** Whether the path leaves open which tenant is meant. */
export function isAnyTenant(named: string): boolean {
  return ANY_TENANT.includes(named.toLowerCase());
}
