import type { AuditResult } from "../../cli/audit/audit.ts";
import { applyBaseline } from "../../cli/audit/baseline.ts";
import { entityFindings, ownerlessFinding } from "../../cli/audit/findings/entity.ts";
import type { Finding } from "../../cli/audit/findings/finding.ts";
import { missingFindings } from "../../cli/audit/findings/managed.ts";
import { managedKeys } from "../../cli/audit/findings/managed-keys.ts";
import { byUrgency } from "../../cli/audit/findings/urgency.ts";
import { vaultFindings } from "../../cli/audit/findings/vault.ts";
import { readApplication } from "../../cli/audit/graph/entities.ts";
import type { ManagedCredential, VaultSecret } from "../../cli/audit/model.ts";
import { auditPolicy } from "../../cli/audit/policy.ts";
import { application, guid, inDays, secret } from "./audit.ts";
import { NOW_MS } from "./graph-server.ts";

const DAY_MS = 86_400_000;

/**
 * A result with a finding of nearly every kind, made by the audit's own judgement of entities as Graph gives
 * them.
 * @param name what the directory says that applications, secrets and owners are called.
 */
export function sampleResult(name: string): AuditResult {
  const policy = auditPolicy();
  const managed = sampleManaged();
  const keys = managedKeys([managed]);
  const judging = { policy, nowMs: NOW_MS, managed: keys, lastUsedDay: undefined };
  const entities = [
    application(1, { displayName: name, passwordCredentials: [secret(1, -400, -3, name)] }),
    application(2, {
      displayName: name,
      passwordCredentials: [secret(2, -300, 6, name), secret(3, -300, 300)],
    }),
    application(3, { displayName: name, passwordCredentials: [secret(4, -1, 4_000_000, name)] }),
    application(4, {
      displayName: "GitHub deploy",
      passwordCredentials: [secret(5, -10, 13, name)],
      owners: [],
    }),
    application(5, {
      displayName: "Mailman",
      passwordCredentials: [secret(6, -10, 100), secret(7, -10, 200, name)],
    }),
  ].flatMap((raw) => readApplication(raw) ?? []);
  const vaultSecrets: VaultSecret[] = [
    {
      vaultUri: "https://kv.vault.azure.net",
      name: "mailman",
      enabled: true,
      notBeforeMs: null,
      expiresMs: NOW_MS + 99 * DAY_MS,
      ofCertificate: false,
      keyId: guid(6, 9),
    },
    {
      vaultUri: "https://old.vault.azure.net",
      name: "mailman",
      enabled: true,
      notBeforeMs: null,
      expiresMs: null,
      ofCertificate: false,
      keyId: null,
    },
  ];
  const entraDates = new Map([[guid(6, 9), { startMs: NOW_MS, endMs: Date.parse(inDays(100)) }]]);
  const findings: Finding[] = [
    ...entities.flatMap((entity) => entityFindings(entity, judging)),
    ...entities.slice(3, 4).flatMap((entity) => ownerlessFinding(entity, NOW_MS) ?? []),
    ...vaultFindings(vaultSecrets, { policy, nowMs: NOW_MS, managed: keys, entraDates }),
    ...missingFindings([managed], { applications: new Set([guid(5, 1)]), keyIds: new Set([guid(6, 9)]) }),
  ].sort(byUrgency);
  const accepted = findings.find(({ kind }) => kind === "vault-secret-no-expiry")?.id ?? "";
  const judged = applyBaseline(
    findings,
    [
      {
        finding: accepted,
        reason: "goes away with the old vault",
        until: "2027-04-01",
        untilMs: NOW_MS + 30 * DAY_MS,
      },
      {
        finding: `no-owner/${guid(4, 1)}`,
        reason: "team is being set up",
        until: "2027-02-01",
        untilMs: NOW_MS - DAY_MS,
      },
      { finding: "no-owner/gone", reason: "solved", until: "2027-04-01", untilMs: NOW_MS + 30 * DAY_MS },
    ],
    NOW_MS,
  );
  return {
    tenant: "00000000-1111-4222-8333-444444444444",
    graphUrl: "https://graph.microsoft.com",
    nowMs: NOW_MS,
    policy,
    read: { applications: 5, servicePrincipals: 5, credentials: 7, vaultSecrets: 2, managedCredentials: 1 },
    findings: judged.open.sort(byUrgency),
    accepted: judged.accepted,
    unmatched: judged.unmatched,
    gaps: [{ what: "sign-in activity", why: "it takes AuditLog.Read.All", essential: false, refused: true }],
    complete: true,
    calendar: [
      {
        dayMs: Date.parse("2027-03-07"),
        credentials: 1,
        names: entities.slice(1, 2).map((entity) => entity.name),
      },
      { dayMs: Date.parse("2027-12-26"), credentials: 7, names: ["Mailman", "Payroll"] },
    ],
    managed: [managed],
    vaultSecrets,
    owners: new Map([[guid(2, 1), [{ id: guid(1, 7), name: "Olga Owner", mail: "olga@example.com" }]]]),
  };
}

function sampleManaged(): ManagedCredential {
  return {
    name: "mailman",
    stack: "prod",
    clientId: guid(5, 2),
    applicationObjectId: guid(5, 1),
    keys: [
      { keyId: guid(6, 9), role: "current", endMs: NOW_MS + 100 * DAY_MS },
      { keyId: guid(8, 9), role: "previous", endMs: NOW_MS + 10 * DAY_MS },
    ],
    vaultUri: "https://kv.vault.azure.net",
    secretName: "mailman",
    lifetimeMs: 180 * DAY_MS,
    rotationMs: NOW_MS + 40 * DAY_MS,
    pendingGeneration: null,
  };
}
