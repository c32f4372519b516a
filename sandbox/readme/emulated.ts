import type { Operation, ServiceName } from "../https/operation.ts";
import { allServices } from "../https/service-list.ts";
import { azureadResources } from "../providers/azuread/provider.ts";
import { RESOURCE_DEFINITIONS } from "../providers/native/resources/index.ts";
import { randomResources } from "../providers/random/provider.ts";
import { notEmulated } from "./not-emulated.ts";

const SERVICE_TITLES: Record<ServiceName, string> = {
  metadata: "Cloud metadata",
  login: "Sign-in",
  graph: "Microsoft Graph (versions 1.0 and beta)",
  keyVault: "Key Vault",
  arm: "Azure Resource Manager",
  ingestion: "Application Insights ingestion",
  blob: "Storage (blobs)",
};

/** What is emulated and what is not, as Markdown, from the code itself. */
export function emulatedMarkdown(): string {
  return [
    "### Providers",
    table(["provider", "resource types"], providerRows()),
    ...allServices.flatMap(({ name, operations }) => [
      `### ${SERVICE_TITLES[name]}`,
      table(["operation", "request", ""], operations.map(operationRow)),
    ]),
    "### Not emulated",
    table(
      ["what", "instead"],
      notEmulated.map(({ what, instead }) => [what, instead]),
    ),
  ].join("\n\n");
}

function providerRows(): string[][] {
  return [
    ["`random` 4.21", typesIn(Object.keys(randomResources))],
    ["`azuread` 6.10", typesIn(Object.keys(azureadResources))],
    ["`azure-native` 3.28", typesIn(RESOURCE_DEFINITIONS.map(({ token }) => token))],
  ];
}

/** `azuread:index/application:Application` is `Application`, `azure-native:keyvault:Vault` is `keyvault:Vault`. */
function typesIn(tokens: readonly string[]): string {
  return tokens
    .map((token) => {
      const [, module = "", type = ""] = token.split(":");
      return module.startsWith("index/") ? type : `${module}:${type}`;
    })
    .toSorted()
    .map((type) => `\`${type}\``)
    .join(" ");
}

function operationRow({ name, method, path, documentation }: Operation): string[] {
  const shown = path.replace("/:version/", "/").replaceAll(/:(\w+)/g, "{$1}");
  return [`\`${name}\``, `${method} \`${shown}\``, `[docs](${new URL(documentation).href})`];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
