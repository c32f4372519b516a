import type { TokenCredential } from "@azure/core-auth";
import { type Acceptance, applyBaseline, type Judged } from "./baseline.ts";
import { calendarEndMs } from "./calendar-span.ts";
import type { Finding } from "./findings/finding.ts";
import { missingFindings } from "./findings/managed.ts";
import { managedKeys } from "./findings/managed-keys.ts";
import { byUrgency } from "./findings/urgency.ts";
import { vaultFindings } from "./findings/vault.ts";
import { GraphClient } from "./graph/client.ts";
import type { CollectionName } from "./graph/collections.ts";
import { GraphError } from "./graph/errors.ts";
import { type OwnedSubject, type Owner, type OwnersTiming, readOwners } from "./graph/owners.ts";
import type { RetryTiming } from "./graph/retry.ts";
import { readLastSignIns } from "./graph/sign-ins.ts";
import type { GuidTable } from "./guid-table.ts";
import type { Gap, ManagedCredential, VaultSecret } from "./model.ts";
import type { AuditPolicy } from "./policy.ts";
import { AuditState, type CalendarDay } from "./scan/audit-state.ts";
import { beginJournal, noJournal } from "./scan/journal.ts";
import { JournalFile } from "./scan/journal-file.ts";
import { PageReader } from "./scan/page-reader.ts";
import { scanDirectory } from "./scan/scan.ts";
import { KEY_ID_TAG } from "./stack/managed-names.ts";
import { readVaults } from "./vault/secrets.ts";

/** Owners are read of the applications whose credentials end soon, of so many at most. */
const MOST_OWNED = 2000;

export interface AuditArgs {
  credential: TokenCredential;
  /** Where Graph is, without a path. */
  graphUrl: string;
  /** The tenant's id, if it is known; the credential decides which one is read. */
  tenant: string | null;
  vaultUris: readonly string[];
  managed: readonly ManagedCredential[];
  /** What could not be read before, e.g. the stack's outputs. */
  gaps: readonly Gap[];
  policy: AuditPolicy;
  acceptances: (nowMs: number) => Promise<readonly Acceptance[]>;
  concurrency: number;
  /** Where a broken scan's state is kept. */
  resumeFile: string | undefined;
  /** Whether to ask when credentials were last used. */
  signIns: boolean;
  /** Whether to read who owns what ends soon. */
  owners: boolean;
}

/** What the audit does not decide itself. */
export interface AuditSurroundings {
  random: () => number;
  /** This machine's clock, for `Retry-After` and where the directory tells no time. */
  nowMs: () => number;
  pauseMs: (ms: number) => Promise<void>;
  retryTiming?: RetryTiming;
  onProgress(progress: Progress): void;
}

export interface Progress {
  stage: "vaults" | "signIns" | CollectionName | "owners";
  read: number;
  /** How many there are, if that is known. */
  expected: number | undefined;
}

/** Everything that the reports are made from. */
export interface AuditResult {
  tenant: string | null;
  graphUrl: string;
  /** The time that everything was judged by: the directory's, when the audit began. */
  nowMs: number;
  policy: AuditPolicy;
  read: {
    applications: number;
    servicePrincipals: number;
    credentials: number;
    vaultSecrets: number;
    managedCredentials: number;
  };
  /** Most urgent first. */
  findings: Finding[];
  accepted: Judged["accepted"];
  unmatched: Acceptance[];
  gaps: Gap[];
  /** Nothing essential was left out. */
  complete: boolean;
  calendar: CalendarDay[];
  managed: readonly ManagedCredential[];
  vaultSecrets: readonly VaultSecret[];
  /** By object id; undefined if they were not asked for, or may not be read. */
  owners: ReadonlyMap<string, Owner[]> | undefined;
}

/**
 * Reads the tenant and the vaults, and judges.
 * @throws GraphError if applications cannot be read, CommandError for a state file or baseline that is no use.
 */
export async function runAudit(args: AuditArgs, surroundings: AuditSurroundings): Promise<AuditResult> {
  const { graphUrl, credential } = args;
  const { random, nowMs, retryTiming } = surroundings;
  const client = new GraphClient({
    origin: graphUrl,
    credential,
    random,
    nowMs,
    ...(retryTiming === undefined ? {} : { retryTiming }),
  });
  // Opened before anything is asked: that it cannot be is the caller's mistake, and told at once.
  const file = args.resumeFile === undefined ? undefined : await JournalFile.open(args.resumeFile);
  try {
    const left = file === undefined ? undefined : { file, lines: await file.begin() };
    return await audit(client, args, surroundings, left);
  } finally {
    client.stop();
    await file?.close();
  }
}

/** The state of a scan that broke off: its file, and what that holds. */
interface LeftScan {
  file: JournalFile;
  lines: readonly string[];
}

async function audit(
  client: GraphClient,
  args: AuditArgs,
  { nowMs: localNowMs, pauseMs, retryTiming, onProgress }: AuditSurroundings,
  left: LeftScan | undefined,
): Promise<AuditResult> {
  const { policy, graphUrl, tenant, managed, concurrency } = args;
  // The smallest question first: it tells the directory's time, and whether reading is allowed at all.
  const first = await client.send({ url: "/v1.0/applications?$select=id&$top=1" });
  const beganMs = first.dateMs ?? localNowMs();
  // A mistake in the baseline is told before the long part begins.
  const acceptances = await args.acceptances(beganMs);
  const vaults = await readVaults(args.vaultUris, args.credential, KEY_ID_TAG, concurrency, retryTiming);
  onProgress({ stage: "vaults", read: vaults.secrets.length, expected: undefined });
  const gaps = [...args.gaps, ...vaults.gaps];

  const state = new AuditState();
  const wantedKeys = keysOf(managed, vaults.secrets);
  const identity = { graphUrl, tenant, settings: settingsOf(args, wantedKeys) };
  const { journal, nowMs } =
    left === undefined
      ? { journal: noJournal, nowMs: beganMs }
      : await beginJournal(left.file, left.lines, identity, state, beganMs);

  const lastUsedDay = args.signIns ? await signIns(client, gaps) : undefined;
  const keys = managedKeys(managed);
  const judging = {
    policy,
    nowMs,
    managed: keys,
    lastUsedDay,
    wantedKeys,
    calendarEndMs: calendarEndMs(nowMs),
  };
  const reader = new PageReader(judging);
  try {
    const scanGaps = await scanDirectory({
      ...{ client, state, journal, reader, concurrency },
      onProgress: (stage, read, expected) => onProgress({ stage, read, expected }),
    });
    gaps.push(...scanGaps);
  } finally {
    await reader.close();
  }

  const complete = !gaps.some(({ essential }) => essential);
  const found = [
    ...state.findings(),
    ...vaultFindings(vaults.secrets, { policy, nowMs, managed: keys, entraDates: state.keys }),
    ...(gaps.some(({ what, essential }) => essential && what === "applications")
      ? []
      : missingFindings(managed, {
          applications: state.managedApplications,
          keyIds: new Set(state.keys.keys()),
        })),
  ];
  const judged = applyBaseline(found.sort(byUrgency), acceptances, nowMs);
  const findings = judged.open.sort(byUrgency);
  const owners = args.owners
    ? await ownersOf(client, findings, gaps, { pauseMs, nowMs: localNowMs })
    : undefined;
  // Kept until here: an audit that could not be finished is gone on with.
  if (complete) left?.file.discard();
  return {
    tenant,
    graphUrl,
    nowMs,
    policy,
    read: {
      applications: state.read("applications"),
      servicePrincipals: state.read("servicePrincipals"),
      credentials: state.credentials,
      vaultSecrets: vaults.secrets.length,
      managedCredentials: managed.length,
    },
    findings,
    accepted: judged.accepted,
    // What was not looked at may still be there.
    unmatched: complete ? judged.unmatched : [],
    gaps,
    complete,
    calendar: state.calendar(),
    managed,
    vaultSecrets: vaults.secrets,
    owners,
  };
}

/** Which keys somebody outside the directory refers to. */
function keysOf(managed: readonly ManagedCredential[], secrets: readonly VaultSecret[]): Set<string> {
  return new Set([
    ...managed.flatMap(({ keys }) => keys.map(({ keyId }) => keyId.toLowerCase())),
    ...secrets.flatMap(({ keyId }) => (keyId === null ? [] : [keyId])),
  ]);
}

/** What a finding of the directory depends on besides the directory. */
function settingsOf({ policy, managed, signIns }: AuditArgs, wantedKeys: ReadonlySet<string>): string {
  return JSON.stringify({ policy, managed, signIns, wantedKeys: [...wantedKeys].sort() });
}

async function signIns(client: GraphClient, gaps: Gap[]): Promise<GuidTable | undefined> {
  try {
    const table = await readLastSignIns(client);
    if (table === undefined) {
      gaps.push(extra("sign-in activity", "the report is empty: nothing is said about unused credentials"));
    }
    return table;
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    const why = error.isRefusal
      ? "it takes AuditLog.Read.All and an Entra ID P1 licence: nothing is said about unused credentials"
      : `${error.message}: nothing is said about unused credentials`;
    gaps.push({ ...extra("sign-in activity", why), refused: error.isRefusal });
    return undefined;
  }
}

async function ownersOf(
  client: GraphClient,
  findings: readonly Finding[],
  gaps: Gap[],
  { pauseMs, nowMs }: OwnersTiming,
): Promise<Map<string, Owner[]> | undefined> {
  const subjects = new Map<string, OwnedSubject>();
  for (const { tier, subject } of findings) {
    if (tier === undefined || (subject.type !== "application" && subject.type !== "servicePrincipal"))
      continue;
    subjects.set(subject.id, { type: subject.type, objectId: subject.id });
  }
  const wanted = [...subjects.values()].slice(0, MOST_OWNED);
  if (wanted.length < subjects.size) {
    gaps.push(extra("owners", `read of the ${MOST_OWNED} most urgent applications out of ${subjects.size}`));
  }
  try {
    const owners = await readOwners(client, wanted, { pauseMs, nowMs });
    if ([...owners.values()].flat().some(isWithheld)) {
      gaps.push({ ...extra("owners", "addresses need User.Read.All"), refused: true });
    }
    return owners;
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    gaps.push({ ...extra("owners", error.message), refused: error.isRefusal });
    return undefined;
  }
}

/** Everybody has a name: without the right to read people, Graph gives their ids alone. */
function isWithheld({ name, mail }: Owner): boolean {
  return name === null && mail === null;
}

/** A gap in what is good to have. */
function extra(what: string, why: string): Gap {
  return { what, why, essential: false, refused: false };
}
