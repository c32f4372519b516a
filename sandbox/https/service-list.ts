import { graphService } from "./graph/service.ts";
import { ingestionService } from "./ingestion/service.ts";
import { keyVaultService } from "./key-vault/service.ts";
import { loginService } from "./login/service.ts";
import { metadataService } from "./metadata/service.ts";
import type { Service } from "./operation.ts";

/** Those behind `localhost`. */
export const hostServices: readonly Service[] = [
  metadataService,
  loginService,
  graphService,
  ingestionService,
];

/** The one behind `NAME.vault.localhost`. */
export const vaultService: Service = keyVaultService;

/** Every service, for the table of what is emulated. */
export const allServices: readonly Service[] = [...hostServices, vaultService];

const VAULT_HOST = /\.vault\.localhost$/i;

/** Who answers for a host, and for a path that no operation has. */
export function serviceOfHost(hostname: string, path = "/"): Service {
  if (VAULT_HOST.test(hostname)) return vaultService;
  if (/^\/(v1\.0|beta)(\/|$)/i.test(path)) return graphService;
  if (/^\/metadata(\/|$)/i.test(path)) return metadataService;
  if (/^\/v2(\.1)?\/track$/i.test(path)) return ingestionService;
  return loginService;
}
