import { jsonAnswer } from "../exchange.ts";
import type { Operation } from "../operation.ts";
import type { FaceServices } from "../services.ts";

/** The first version that describes one cloud, instead of a list of all. */
const ONE_CLOUD_SINCE = "2022-09-01";

/** The description of the cloud that `metadataHost` and `ARM_METADATA_HOSTNAME` point at. */
export const cloudEndpoints: Operation = {
  name: "metadata.endpoints",
  method: "GET",
  path: "/metadata/endpoints",
  documentation: "https://learn.microsoft.com/azure/azure-resource-manager/management/azure-endpoints",
  handle: ({ url }, { addresses }: Pick<FaceServices, "addresses">) => {
    const cloud = cloudAt(addresses);
    const version = url.searchParams.get("api-version") ?? ONE_CLOUD_SINCE;
    return jsonAnswer(200, version < ONE_CLOUD_SINCE ? [cloud] : cloud);
  },
};

function cloudAt({ origin, port }: FaceServices["addresses"]) {
  return {
    // go-azure-sdk knows this name; an unknown one makes the azurerm and azuread providers warn.
    name: "AzureCloud",
    portal: "https://portal.azure.com",
    authentication: {
      loginEndpoint: origin,
      audiences: ["https://management.core.windows.net/", "https://management.azure.com/"],
      tenant: "common",
      identityProvider: "AAD",
    },
    graph: origin,
    graphAudience: `${origin}/`,
    microsoftGraphResourceId: `${origin}/`,
    resourceManager: `${origin}/`,
    suffixes: { keyVaultDns: `vault.localhost:${port}` },
  };
}
