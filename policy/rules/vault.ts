import { at, type CheckedResource, isAbsent, items, text, types } from "../checked-resource.ts";
import type { ResourceRule, StackRule } from "../rule.ts";

export const vaultRbac: ResourceRule = {
  name: "vault-rbac",
  level: "mandatory",
  description: "A vault's rights are given by role assignments alone.",
  reason:
    "access policies give rights over every secret of the vault, and are not seen where rights are reviewed.",
  fix: "set properties.enableRbacAuthorization to true.",
  check: ({ type, properties }) => {
    const enabled = at(properties, "properties", "enableRbacAuthorization");
    if (type !== types.vault || enabled === true || typeof enabled === "symbol") return [];
    return ["enableRbacAuthorization is not true"];
  },
};

export const vaultRecoverable: ResourceRule = {
  name: "vault-recoverable",
  level: "mandatory",
  description: "Nothing in a vault can be lost for good: soft delete and purge protection are on.",
  reason: "a deleted secret stops its services until it is back, and a purged one never comes back.",
  fix: "set properties.enableSoftDelete and properties.enablePurgeProtection to true, and keep what is deleted long enough.",
  options: {
    minRetentionDays: {
      type: "number",
      minimum: 7,
      default: 30,
      description: "how long a deleted secret can be recovered at least, in days (Key Vault: 7 to 90)",
    },
  },
  check: ({ type, properties }, { minRetentionDays }) => {
    if (type !== types.vault) return [];
    const wrong: string[] = [];
    // Soft delete is Azure's default and cannot be turned off any more; an explicit "no" is still a mistake.
    if (at(properties, "properties", "enableSoftDelete") === false) wrong.push("enableSoftDelete is false");
    const purge = at(properties, "properties", "enablePurgeProtection");
    if (purge !== true && typeof purge !== "symbol") wrong.push("enablePurgeProtection is not true");
    const days = at(properties, "properties", "softDeleteRetentionInDays");
    if (typeof days === "number" && typeof minRetentionDays === "number" && days < minRetentionDays) {
      wrong.push(`softDeleteRetentionInDays is ${days}; at least ${minRetentionDays} are wanted`);
    }
    return wrong;
  },
};

export const vaultDiagnostics: StackRule = {
  name: "vault-diagnostics",
  level: "advisory",
  description: "A vault's audit log is kept.",
  reason: "after a leak the first question is who has read the secret; only the log answers it.",
  fix: "declare a DiagnosticSetting for the vault with its AuditEvent category (or the category group audit) enabled, and a workspace or storage account to send it to.",
  checkStack: (resources) => {
    const settings = resources.filter(
      ({ type, properties }) => type === types.diagnosticSetting && keepsAudit(properties),
    );
    const targets = settings.map(targetOf);
    // A target that is not known yet may be any vault.
    if (targets.some((target) => typeof target === "symbol")) return [];
    const watched = new Set(targets.map((target) => comparableId(text(target))));
    return resources
      .filter(({ type }) => type === types.vault)
      .flatMap(({ urn, properties }) => {
        const id = text(properties.id);
        const isWatched = id === undefined ? watched.size > 0 : watched.has(comparableId(id));
        return isWatched ? [] : [{ urn, what: "no DiagnosticSetting keeps the vault's audit log" }];
      });
  },
};

/** Where a setting can send logs to (https://learn.microsoft.com/rest/api/monitor/diagnostic-settings/create-or-update). */
const DESTINATIONS = [
  "workspaceId",
  "storageAccountId",
  "eventHubAuthorizationRuleId",
  "marketplacePartnerId",
] as const;

/** Whether a setting sends the audit log anywhere, as far as can be seen. */
function keepsAudit(properties: CheckedResource["properties"]): boolean {
  const { logs } = properties;
  const isKept = (log: unknown) => {
    const [category, group, enabled] = [at(log, "category"), at(log, "categoryGroup"), at(log, "enabled")];
    const isAudit = [category, group].some(
      (each) => typeof each === "symbol" || /^(AuditEvent|audit|allLogs)$/i.test(text(each) ?? ""),
    );
    return isAudit && (enabled === true || typeof enabled === "symbol");
  };
  return (
    (typeof logs === "symbol" || items(logs).some(isKept)) &&
    DESTINATIONS.some((name) => !isAbsent(properties[name]))
  );
}

/** What a setting is about: one of its inputs; of what came out, the front of its id. */
function targetOf({ properties: { resourceUri, id } }: CheckedResource): unknown {
  if (resourceUri !== undefined) return resourceUri;
  return typeof id === "symbol"
    ? id
    : text(id)?.replace(/\/providers\/microsoft\.insights\/diagnosticSettings\/.*$/i, "");
}

function comparableId(id: string | undefined): string | undefined {
  return id?.replace(/^\/?/, "/").toLowerCase();
}
