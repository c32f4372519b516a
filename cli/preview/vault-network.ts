import type { RightChange } from "./rights-in-place.ts";

/** From where a vault can be reached. */
interface Network {
  /** At all, over public addresses. */
  isPublic: boolean;
  /** Only from where a rule says. */
  isClosed: boolean;
  /** By services of Azure that Microsoft trusts, whatever the rules. */
  letsAzureIn: boolean;
  /** Addresses and subnets that the rules name. */
  from: string[];
}

/**
 * Who can reach a vault after an update in place and could not before, and the other way round. What is not set stands for
 * Azure's defaults: open to all. Pure.
 * @see https://learn.microsoft.com/azure/key-vault/general/network-security
 */
export function networkRights(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): RightChange[] {
  const [had, has] = [networkOf(before.properties), networkOf(after.properties)];
  const changes: RightChange[] = [];
  const ofAccess = ["properties.publicNetworkAccess"];
  const ofRules = ["properties.networkAcls"];
  const closed = (paths: string[], what: string, who: string) =>
    changes.push({
      paths,
      what: `narrowed: ${what}`,
      breaks: `${what}: ${who} can no longer read their secrets`,
    });
  if (!had.isPublic && has.isPublic)
    changes.push({ paths: ofAccess, what: "widened: the vault can be reached over public networks" });
  if (had.isPublic && !has.isPublic)
    closed(ofAccess, "the vault is closed to public networks", "consumers without a private endpoint");
  if (had.isClosed && !has.isClosed)
    changes.push({ paths: ofRules, what: "widened: the vault can be reached from every network" });
  if (!had.isClosed && has.isClosed) {
    const but = has.from.length === 0 ? "" : ` but ${has.from.join(", ")}`;
    closed(ofRules, `the vault is closed to every network${but}`, "consumers anywhere else");
  }
  if (!had.isClosed || !has.isClosed) return changes;
  for (const each of has.from.filter((network) => !had.from.includes(network)))
    changes.push({ paths: ofRules, what: `widened: the vault can be reached from ${each}` });
  for (const each of had.from.filter((network) => !has.from.includes(network)))
    closed(ofRules, `the vault is closed to ${each}`, "consumers there");
  if (!had.letsAzureIn && has.letsAzureIn)
    changes.push({ paths: ofRules, what: "widened: services of Azure can reach the vault" });
  if (had.letsAzureIn && !has.letsAzureIn)
    closed(ofRules, "the vault is closed to services of Azure", "those among the consumers");
  return changes;
}

function networkOf(properties: unknown): Network {
  const { publicNetworkAccess, networkAcls } = objectIn(properties);
  const { defaultAction, bypass, ipRules, virtualNetworkRules } = objectIn(networkAcls);
  return {
    isPublic: !is(publicNetworkAccess, "Disabled"),
    isClosed: is(defaultAction, "Deny"),
    letsAzureIn: !is(bypass, "None"),
    from: [...namesIn(ipRules, "value"), ...namesIn(virtualNetworkRules, "id")],
  };
}

/** Azure does not tell small letters from capitals here. */
function is(value: unknown, word: string): boolean {
  return typeof value === "string" && value.toLowerCase() === word.toLowerCase();
}

function objectIn(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function namesIn(rules: unknown, field: string): string[] {
  return Array.isArray(rules)
    ? rules.map((rule) => String(objectIn(rule)[field] ?? "")).filter((name) => name !== "")
    : [];
}
