import { stringify } from "yaml";
import { type IdentityLayout, type Layout, layoutOf } from "../../infra/identity/layout.ts";
import { operatorRights, rightsOf } from "../../infra/identity/rights.ts";
import type { BootstrapSettings } from "../../infra/identity/settings.ts";
import type { BootstrapChange } from "./changes.ts";
import type { BootstrapDocument } from "./document.ts";
import { connectionName, type Forge, protectionText } from "./protection.ts";

const FORGE_NAMES: Readonly<Record<Forge, string>> = { github: "GitHub", "azure-devops": "Azure DevOps" };

/** What is going to be there, and why, before anybody is asked. */
export function explainBootstrap(settings: BootstrapSettings): string {
  const layout = layoutOf(settings);
  return [
    `In subscription ${settings.subscriptionId}, tenant ${settings.tenantId}:`,
    "",
    ...sharedLines(settings, layout),
    ...layout.stacks.flatMap((stack) => [
      "",
      `Stack ${stack.settings.name}`,
      `  resource group ${stack.group.name}: the stack lives in it, and rights on it can be given before it does`,
      ...stack.identities.flatMap((identity) => [
        `  identity ${identity.identity.name}: ${purposeOf(identity)}`,
        ...identity.federations.map(
          ({ issuer, subject }) => `    takes tokens of ${issuer} about ${subject}, and no others`,
        ),
        ...rightsOf(settings, stack, identity).azure.map(
          ({ roleName, where, why }) => `    ${roleName} on ${where}: ${why}`,
        ),
        ...rightsOf(settings, stack, identity).graph.map(
          ({ name, why }) => `    Microsoft Graph ${name}: ${why}`,
        ),
      ]),
    ]),
    "",
    "No secret is made: the identities are managed ones, which can hold none.",
  ].join("\n");
}

function sharedLines(settings: BootstrapSettings, layout: Layout): string[] {
  const group = `Shared, in resource group ${layout.group.name}`;
  const lines = [`${group}`, "  the pipelines' identities, and two roles of our own, narrower than Azure's"];
  if (settings.backend === "pulumi-cloud") return [...lines, "  no storage: Pulumi Cloud keeps the states"];
  const [first] = layout.stacks;
  const operators =
    settings.operatorsGroupId === undefined || first === undefined
      ? "  no people: only the pipelines can read and write the states (--operators lets a group)"
      : `  people of group ${settings.operatorsGroupId}: ${operatorRights(settings, first)
          .map(({ roleName, why }) => `${roleName} (${why})`)
          .join("; ")}`;
  return [
    ...lines,
    `  storage account ${layout.storageAccount.name}: the stacks' states, a container each; without shared keys, with versions and 90 days of soft delete`,
    `  key vault ${layout.keyVault.name}: a key for each stack, which its state's secrets are encrypted with`,
    `  workspace ${layout.workspace.name}: who has used the keys`,
    operators,
  ];
}

function purposeOf({ kind }: IdentityLayout): string {
  return kind === "preview" ? "previews and audits, and can change nothing" : "deploys and rotates";
}

/** What has to be done for it, in a line each. */
export function describeChanges(changes: readonly BootstrapChange[]): string {
  const lines = changes.flatMap(({ operation, type, name, paths, warning }) => {
    const kind = type.split(":").at(-1) ?? type;
    const line = `  ${operation.padEnd(7)} ${kind} ${name}${paths.length === 0 ? "" : `: ${paths.join(", ")}`}`;
    return warning === undefined ? [line] : [line, `          ATTENTION: ${warning}`];
  });
  return `To do (${changes.length}):\n${lines.join("\n")}`;
}

/** Without Markdown's marks, for a terminal. */
function plain(text: string): string {
  return text.replaceAll(/[`*]/g, "");
}

/** What a person does next. */
export function describeNextSteps(
  { variables, protections, stacks }: BootstrapDocument,
  forge: Forge,
): string {
  const assignments = (values: Record<string, string>, indent: string) =>
    Object.entries(values).map(([name, value]) => `${indent}${name}=${value}`);
  return [
    `Protect at ${FORGE_NAMES[forge]}, before anything else, who may use what (docs/pipelines.md):`,
    ...protections.flatMap((protection) => {
      const { where, checks } = protectionText(protection, forge);
      return [`  ${plain(where)}`, `    ${plain(checks)} (${protection.why})`];
    }),
    "",
    "Enter these as variables, not as secrets: none of them is one.",
    ...(forge === "azure-devops"
      ? ["  AZURE_TENANT_ID and AZURE_CLIENT_ID belong to the service connection."]
      : []),
    forge === "azure-devops" ? "  for every variable group" : "  for the whole repository",
    ...assignments(variables.repository, "    "),
    ...Object.entries(variables.environments).flatMap(([environment, values]) => [
      forge === "azure-devops"
        ? `  for the variable group and the service connection ${connectionName(environment)}`
        : `  for the environment ${environment}`,
      ...assignments(values, "    "),
    ]),
    ...stacks.flatMap(({ name, settings }) => [
      "",
      `In Pulumi.${name}.yaml (--write does it):`,
      ...stringify({ config: settings })
        .trimEnd()
        .split("\n")
        .map((line) => `  ${line}`),
    ]),
    "",
    "To begin a stack in its place:",
    ...stacks.map(
      ({ name, backendUrl, secretsProvider }) =>
        `  PULUMI_BACKEND_URL="${backendUrl}" pulumi stack init ${name}${secretsProvider === undefined ? "" : ` --secrets-provider "${secretsProvider}"`}`,
    ),
    "",
    "How to go on: docs/bootstrap.md",
  ].join("\n");
}
