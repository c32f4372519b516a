import { armService } from "./arm/service.ts";
import { blobService } from "./blob/service.ts";
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
  blobService,
];

/** A storage account's name; a tenant's is a GUID or a domain, or one of the words that stand for many. */
const STORAGE_ACCOUNT = /^(?!common$|organizations$|consumers$)[a-z0-9]{3,24}$/;
/** What follows a tenant's name. */
const SIGN_IN = /^(oauth2|discovery|saml2|v2\.0|\.well-known)$/;
const VAULT_HOST = /\.vault\.localhost$/i;

/** Who answers at an address: the vaults by their hosts, all others by the start of the path. */
export function serviceFor({ hostname, pathname }: URL): Service {
  if (VAULT_HOST.test(hostname)) return keyVaultService;
  if (/^\/v2(\.1)?\/track$/i.test(pathname)) return ingestionService;
  const [, first = "", second = ""] = pathname.toLowerCase().split("/");
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
      return STORAGE_ACCOUNT.test(first) && !SIGN_IN.test(second) ? blobService : loginService;
  }
}
