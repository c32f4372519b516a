import { armService } from "./arm/service.ts";
import { graphService } from "./graph/service.ts";
import { ingestionService } from "./ingestion/service.ts";
import { keyVaultService } from "./key-vault/service.ts";
import { loginService } from "./login/service.ts";
import { metadataService } from "./metadata/service.ts";
import type { Service } from "./operation.ts";

/** Every service that the face speaks for. */
export const allServices: readonly Service[] = [
  metadataService,
  loginService,
  graphService,
  keyVaultService,
  armService,
  ingestionService,
];

const VAULT_HOST = /\.vault\.localhost$/i;

/** Who answers at an address: the vaults by their hosts, everybody else by the start of the path. */
export function serviceFor({ hostname, pathname }: URL): Service {
  if (VAULT_HOST.test(hostname)) return keyVaultService;
  if (/^\/v2(\.1)?\/track$/i.test(pathname)) return ingestionService;
  const first = pathname.split("/")[1]?.toLowerCase() ?? "";
  switch (first) {
    case "v1.0":
    case "beta":
      return graphService;
    case "subscriptions":
    case "providers":
      return armService;
    case "metadata":
      return metadataService;
    default:
      return loginService;
  }
}
