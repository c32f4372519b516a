import { layoutOf } from "../../infra/identity/layout.ts";
import { operatorRights, rightsOf } from "../../infra/identity/rights.ts";
import type { BootstrapSettings } from "../../infra/identity/settings.ts";

/** Who may do what, and why, as the table of the documentation. */
export function rightsTable(settings: BootstrapSettings): string {
  const [stack] = layoutOf(settings).stacks;
  if (stack === undefined) return "";
  const rows = stack.identities.flatMap((identity) => {
    const who = identity.federations.map(({ environment }) => `\`${environment}\``).join(", ");
    const { azure, graph } = rightsOf(settings, stack, identity);
    return [
      ...azure.map(({ roleName, where, why }) => [who, roleName, where, why]),
      ...graph.map(({ name, why }) => [who, name, "Microsoft Graph", why]),
    ];
  });
  const people = operatorRights(settings, stack).map(({ roleName, where, why }) => [
    "the group of `--operators`",
    roleName,
    where,
    why,
  ]);
  return [
    "| environment | right | on | why |",
    "|---|---|---|---|",
    ...[...rows, ...people].map((cells) => `| ${cells.join(" | ")} |`),
  ].join("\n");
}
