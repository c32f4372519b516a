import { DAY_MS } from "../../../infra/duration.ts";
import { formatDay } from "../graph-time.ts";
import { type Finding, managedLabel } from "./finding.ts";

/** What there is to say about one kind of finding. */
interface KindText {
  /** A few words, for headings. */
  title: string;
  /** What to do about it, in the imperative. */
  advice: string;
  /** The page under `docs/runbooks` that leads through it. */
  runbook?: string;
  /** One sentence on this very finding, without its application's name. */
  describe(finding: Finding, nowMs: number): string;
}

/** Every kind of finding. The name is the anchor of its section in `docs/audit.md`, too. */
export const CATALOGUE = {
  "expired-credential": {
    title: "Expired credential",
    advice:
      "If something still signs in with it, give it a new credential now; if nothing does, remove the credential.",
    runbook: "expired-secret.md",
    describe: (finding, nowMs) =>
      `${credentialName(finding)} expired ${ago(finding, nowMs)}${expiredContext(finding)}`,
  },
  "expiring-credential": {
    title: "Credential about to expire",
    advice:
      "Give its users a new credential, and have the stack manage it from then on (`keyturn adopt`). If a rotation was due, see why it did not run.",
    runbook: "failed-rotation.md",
    describe: (finding, nowMs) =>
      `${credentialName(finding)} expires ${ahead(finding, nowMs)}${expiringContext(finding)}`,
  },
  "lifetime-too-long": {
    title: "Credential lives too long",
    advice: "Replace it by one with a shorter life: what was copied somewhere stays usable until then.",
    describe: ({ facts, ...finding }) =>
      facts.lifetimeDays === undefined
        ? `${credentialName({ ...finding, facts })} has no end date`
        : `${credentialName({ ...finding, facts })} lives ${facts.lifetimeDays} days; ${facts.maxLifetimeDays} are allowed`,
  },
  "hand-made-credential": {
    title: "Made by hand on a managed application",
    advice:
      "Find who uses it and move them to the managed secret, then remove it: nothing will rotate this one.",
    describe: (finding) =>
      `${credentialName(finding)} was not made by the stack that manages this application (${managedLabel(finding)})`,
  },
  "orphan-key": {
    title: "Orphan key",
    advice: "Run `keyturn up` once more: it removes what a broken update left behind.",
    runbook: "interrupted-update.md",
    describe: (finding) =>
      `${credentialName(finding)} is named like a key of ${managedLabel(finding)}, but the stack does not know it`,
  },
  "managed-key-missing": {
    title: "Managed key missing in Entra",
    advice: "Run `pulumi refresh`, then `pulumi up`: the stack believes in a key that was removed by hand.",
    runbook: "expired-secret.md",
    describe: ({ facts }) =>
      facts.applicationMissing === true
        ? `the application ${facts.applicationObjectId} that the stack manages is not in the directory`
        : `the ${facts.role} key ${facts.keyId} is not on its application any more`,
  },
  "no-owner": {
    title: "No owner",
    advice: "Add two owners: nobody is told when its credentials expire.",
    describe: ({ facts }) => `has ${count(facts.credentials, "credential")} and no owner`,
  },
  "vault-date-mismatch": {
    title: "Vault copy with other dates",
    advice: "Correct the vault's date, or publish again: readers and alerts go by the vault's date.",
    describe: ({ facts }) =>
      [
        ...(facts.vaultMs === undefined
          ? []
          : [`the vault says that it expires ${day(facts.vaultMs)}; Entra says ${day(facts.entraMs)}`]),
        ...(facts.vaultStartMs === undefined
          ? []
          : [
              `the vault says that it begins ${day(facts.vaultStartMs)}; Entra says ${day(facts.entraStartMs)}`,
            ]),
      ].join("; "),
  },
  "vault-secret-no-expiry": {
    title: "Vault secret without expiry",
    advice: "Set its expiry date: without one Key Vault raises no event and nobody is warned.",
    describe: () => "has no expiry date",
  },
  "vault-secret-expiring": {
    title: "Vault secret about to expire",
    advice: "Replace what it holds and publish a new version with a new date.",
    describe: (finding, nowMs) => `expires ${ahead(finding, nowMs)}`,
  },
  "vault-secret-expired": {
    title: "Vault secret expired",
    advice: "Replace it, or disable it if nothing reads it: Key Vault serves an expired secret all the same.",
    describe: (finding, nowMs) => `expired ${ago(finding, nowMs)} and is still enabled`,
  },
  "unused-credential": {
    title: "Unused credential",
    advice: "Remove it once its owners agree: what nobody uses can only be stolen.",
    describe: (finding) =>
      `${credentialName(finding)} ${
        finding.facts.lastUsedMs === undefined
          ? "does not appear in the sign-in report"
          : `was last used ${day(finding.facts.lastUsedMs)}`
      }`,
  },
  "duplicate-vault-secret": {
    title: "Same secret name in several vaults",
    advice: "Keep one copy and let everybody read that: the others miss the next rotation.",
    describe: ({ facts }) => `is in ${count(facts.vaults, "vault")}: ${facts.list}`,
  },
  "could-be-federated": {
    title: "Secrets that could be federated",
    advice: "Use a federated credential instead and remove the secret: then there is nothing to expire.",
    describe: ({ facts }) =>
      facts.platform === undefined
        ? `has a federated credential and ${count(facts.secrets, "client secret")} besides`
        : `has ${count(facts.secrets, "client secret")}, and its name speaks of ${facts.platform}, which can sign in without one`,
  },
  "acceptance-expired": {
    title: "Acceptance ran out",
    advice: "Solve the finding, or accept it anew with a reason and a new date.",
    describe: ({ facts }) => `was accepted until ${facts.until} (${facts.reason}) and is still there`,
  },
} as const satisfies Record<string, KindText>;

export type FindingKind = keyof typeof CATALOGUE;

export const FINDING_KINDS = Object.keys(CATALOGUE) as FindingKind[];

/** One sentence on `finding`, without its subject's name. */
export function describe(finding: Finding, nowMs: number): string {
  const { others } = finding.facts;
  if (others !== undefined) return `${others} more of its credentials: ${titleOf(finding).toLowerCase()}`;
  return (CATALOGUE[finding.kind] as KindText).describe(finding, nowMs);
}

export function titleOf({ kind }: Pick<Finding, "kind">): string {
  return CATALOGUE[kind].title;
}

/** A day's distance as people say it: `today`, `1 day`, `12 days`. */
export function formatDays(ms: number): string {
  const days = Math.floor(Math.abs(ms) / DAY_MS);
  return days === 0 ? "today" : count(days, "day");
}

function credentialName({ credential }: Finding): string {
  if (credential === undefined) return "";
  const noun = credential.type === "secret" ? "secret" : "certificate";
  return `${noun} ${credential.name === null ? credential.keyId : `"${credential.name}"`}`;
}

function ago({ dueMs = 0 }: Finding, nowMs: number): string {
  const days = formatDays(nowMs - dueMs);
  return days === "today" ? "today" : `${days} ago (${formatDay(dueMs)})`;
}

function ahead({ dueMs = 0 }: Finding, nowMs: number): string {
  const days = formatDays(dueMs - nowMs);
  return days === "today" ? "within a day" : `in ${days} (${formatDay(dueMs)})`;
}

function expiredContext(finding: Finding): string {
  const { facts, managedCredential } = finding;
  const parts = [];
  if (managedCredential !== undefined) parts.push(`managed as ${managedLabel(finding)}`);
  if (facts.disabled === true) parts.push("the application is disabled");
  else parts.push(facts.successor === true ? "another one is valid" : "no other one is valid");
  return `; ${parts.join("; ")}`;
}

function expiringContext(finding: Finding): string {
  const { facts, managedCredential } = finding;
  const parts = [];
  if (managedCredential !== undefined)
    parts.push(`managed as ${managedLabel(finding)}: its rotation is late`);
  if (facts.disabled === true) parts.push("the application is disabled");
  else if (facts.successor === true) parts.push("a later one is there already");
  return parts.length === 0 ? "" : `; ${parts.join("; ")}`;
}

function day(ms: string | number | boolean | undefined): string {
  return typeof ms === "number" ? `on ${formatDay(ms)}` : "never";
}

function count(n: string | number | boolean | undefined, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
