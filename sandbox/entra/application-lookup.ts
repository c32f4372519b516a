import { withClientId } from "./client-id-index.ts";
import { notFound } from "./errors.ts";
import type { Application, EntraState } from "./state.ts";

/** @throws DirectoryError when no application has this object id. */
export function applicationOf(entra: EntraState, id: string): Application {
  const application = entra.applications[id.toLowerCase()];
  if (application === undefined) throw notFound(id);
  return application;
}

/** The application with this client id. */
export function applicationOfClient(entra: EntraState, appId: string): Application | undefined {
  return withClientId(entra.applications, appId);
}

/** Application URIs by which other applications ask for tokens. */
export function identifierUrisOf(application: Application): string[] {
  const uris = application.properties.identifierUris;
  return Array.isArray(uris) ? uris.filter((uri) => typeof uri === "string") : [];
}
