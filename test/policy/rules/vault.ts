import { UNKNOWN } from "../../../policy/checked-resource.ts";
import type { RuleCases } from "./cases.ts";
import { AUDIT_LOG, diagnostics, VAULT, vault } from "./resources.ts";

export const vaultCases: RuleCases = {
  "vault-rbac": {
    passes: [[vault()], [vault({ enableRbacAuthorization: UNKNOWN })], [vault({}, { properties: UNKNOWN })]],
    stops: [
      [[vault({ enableRbacAuthorization: false })], /enableRbac/],
      [[vault({ enableRbacAuthorization: undefined })], /enableRbac/],
    ],
  },
  "vault-recoverable": {
    passes: [
      [vault()],
      [vault({ enableSoftDelete: undefined })],
      [vault({ enablePurgeProtection: UNKNOWN, softDeleteRetentionInDays: UNKNOWN })],
      [vault({}, { properties: UNKNOWN })],
    ],
    stops: [
      [[vault({ enableSoftDelete: false })], /enableSoftDelete is false/],
      [[vault({ enablePurgeProtection: undefined })], /enablePurgeProtection/],
      [[vault({ softDeleteRetentionInDays: 7 })], /is 7; at least 30/],
    ],
  },
  "vault-diagnostics": {
    passes: [
      [vault(), diagnostics(VAULT.toUpperCase().slice(1))],
      [
        vault(),
        diagnostics(undefined, {
          id: `${VAULT}/providers/microsoft.insights/diagnosticSettings/audit`,
        }),
      ],
      [vault({}, { id: UNKNOWN }), diagnostics(UNKNOWN)],
      [vault(), diagnostics(VAULT, { logs: [{ category: "AuditEvent", enabled: true }] })],
      [vault(), diagnostics(VAULT, { logs: [{ categoryGroup: "allLogs", enabled: true }] })],
      [vault(), diagnostics(VAULT, { logs: UNKNOWN, workspaceId: UNKNOWN })],
      [vault(), diagnostics(VAULT, { workspaceId: undefined, storageAccountId: "st" })],
    ],
    stops: [
      [[vault()], /no DiagnosticSetting/],
      [[vault(), diagnostics(`${VAULT}-other`)], /no DiagnosticSetting/],
      [[vault(), diagnostics(VAULT, { logs: [] })], /no DiagnosticSetting/],
      [[vault(), diagnostics(VAULT, { logs: undefined })], /no DiagnosticSetting/],
      [[vault(), diagnostics(VAULT, { logs: [{ ...AUDIT_LOG, enabled: false }] })], /no DiagnosticSetting/],
      [
        [
          vault(),
          diagnostics(VAULT, { logs: [{ category: "AzurePolicyEvaluationDetails", enabled: true }] }),
        ],
        /no DiagnosticSetting/,
      ],
      [[vault(), diagnostics(VAULT, { workspaceId: undefined })], /no DiagnosticSetting/],
      [[vault(), diagnostics(UNKNOWN, { logs: [] })], /no DiagnosticSetting/],
    ],
  },
};
