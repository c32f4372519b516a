import { applicationOf, applicationOfClient } from "../../entra/application-lookup.ts";
import { notFound } from "../../entra/errors.ts";
import { servicePrincipalOf, servicePrincipalOfClient } from "../../entra/service-principals.ts";
import type { Application, EntraState, ServicePrincipal } from "../../entra/state.ts";

const BY_CLIENT_ID = /^appId=(.*)$/i;

/** The application that a path names: by object id, or as `appId=CLIENT_ID`. */
export function applicationNamed(entra: EntraState, name = ""): Application {
  const clientId = BY_CLIENT_ID.exec(name)?.[1];
  if (clientId === undefined) return applicationOf(entra, name);
  const application = applicationOfClient(entra, clientId);
  if (application === undefined) throw notFound(clientId);
  return application;
}

/** The service principal that a path names: by object id, or as `appId=CLIENT_ID`. */
export function servicePrincipalNamed(entra: EntraState, name = ""): ServicePrincipal {
  const clientId = BY_CLIENT_ID.exec(name)?.[1];
  if (clientId === undefined) return servicePrincipalOf(entra, name);
  const principal = servicePrincipalOfClient(entra, clientId);
  if (principal === undefined) throw notFound(clientId);
  return principal;
}

/** Keeps two writes to one application apart, by whichever name it goes. */
export function writesToApplication({ id = "" }: Record<string, string>): string {
  return `application/${id.toLowerCase()}`;
}

/** Keeps two writes to one service principal apart. */
export function writesToServicePrincipal({ id = "" }: Record<string, string>): string {
  return `servicePrincipal/${id.toLowerCase()}`;
}
