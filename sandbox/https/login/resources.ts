import { servicePrincipalNamesOf } from "../../entra/published-permissions.ts";
import { servicePrincipalOfClient } from "../../entra/service-principals.ts";
import type { EntraState, ServicePrincipal } from "../../entra/state.ts";
import { azureKeyVault } from "../../entra/well-known/azure-services.ts";
import { microsoftGraph } from "../../entra/well-known/microsoft-graph.ts";
import type { Addresses } from "../services.ts";

/** The name by which a vault's challenge asks for a token; the vaults' hosts end with it. */
export function keyVaultResource({ port }: Addresses): string {
  return `https://vault.localhost:${port}`;
}

/** The service principal that a token is for, by any of its names. */
export function resourceNamed(
  entra: EntraState,
  name: string,
  addresses: Addresses,
): ServicePrincipal | undefined {
  const plain = withoutSlash(name);
  // In this cloud, Graph and the vaults are here.
  if (plain === addresses.origin) return servicePrincipalOfClient(entra, microsoftGraph.appId);
  if (plain === keyVaultResource(addresses)) return servicePrincipalOfClient(entra, azureKeyVault.appId);
  return Object.values(entra.servicePrincipals).find((candidate) =>
    servicePrincipalNamesOf(entra, candidate).some((known) => withoutSlash(known) === plain),
  );
}

/** The client id of the application that an access token's audience stands for. */
export function audienceAppId(
  entra: EntraState,
  audience: string | string[] | undefined,
  addresses: Addresses,
): string | undefined {
  return typeof audience === "string" ? resourceNamed(entra, audience, addresses)?.appId : undefined;
}

function withoutSlash(name: string): string {
  return name.toLowerCase().replace(/\/$/, "");
}
