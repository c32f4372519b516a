import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import type { TokenCredential } from "@azure/core-auth";
import { progressWriter } from "../../tools/progress.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import type { Terminal } from "../terminal.ts";
import { type AuditResult, type AuditSurroundings, type Progress, runAudit } from "./audit.ts";
import { readBaseline } from "./baseline.ts";
import { isAtLeast } from "./findings/severity.ts";
import { type Cloud, findCloud } from "./graph/cloud.ts";
import { RIGHT_TO_READ } from "./graph/errors.ts";
import { readableError } from "./graph/readable-error.ts";
import { signedIn } from "./graph/sign-in.ts";
import type { ManagedCredential } from "./model.ts";
import {
  emptyNoticeState,
  type NoticeState,
  noticeStateSchema,
  type TierNotice,
  tierNotices,
} from "./notices.ts";
import type { AuditOptions } from "./options.ts";
import { auditPolicy } from "./policy.ts";
import { replaceFile, requireReplaceable, type WantedFile } from "./replace-file.ts";
import { render } from "./report/render.ts";
import { severityLine } from "./report/summary.ts";
import { safeText } from "./safe-text.ts";
import { ManagedCredentialsError, managedCredentials } from "./stack/managed-credentials.ts";
import { readStack } from "./stack/read-stack.ts";

/** What the command takes from the world; tests give their own. */
export interface CommandSurroundings {
  env: NodeJS.ProcessEnv;
  terminal: Terminal;
  createCredential(cloud: Cloud, tenant: string | undefined): Promise<TokenCredential>;
  audit: Omit<AuditSurroundings, "onProgress">;
}

/** The surroundings of a real run. */
export function realSurroundings(terminal: Terminal): CommandSurroundings {
  return {
    env: process.env,
    terminal,
    createCredential: (cloud, tenantId) => signedIn(cloud, { tenantId }),
    audit: { random: Math.random, nowMs: Date.now, pauseMs: (ms) => pause(ms) },
  };
}

/** Carries out `keyturn audit`. @returns the exit code. @throws CommandError */
export async function runAuditCommand(
  options: AuditOptions,
  surroundings: CommandSurroundings,
): Promise<number> {
  // Read before the long part, so that a mistake is told at once; written last: only what was reported was told.
  const before = options.notified === undefined ? emptyNoticeState : await readNoticeState(options.notified);
  await requireReplaceable(filesOf(options));
  const { result } = await performAudit(options, surroundings);
  const { notices, state } = tierNotices(result.findings, result.policy.tiers, before, result.nowMs);
  await writeReports(result, notices, options, surroundings.terminal);
  if (options.notified !== undefined) await writeNoticeState(options.notified, result, before, state);
  return exitCodeOf(result, options);
}

/** What is written in the end. */
function filesOf({ destinations, notified }: AuditOptions): WantedFile[] {
  const reports = destinations.flatMap(({ file }) => (file === undefined ? [] : [file]));
  return [
    ...reports.map((file) => ({ option: "--output" as const, file })),
    ...(notified === undefined ? [] : [{ option: "--notified" as const, file: notified }]),
  ];
}

/** What an audit came to, and by whose rights. */
export interface PerformedAudit {
  result: AuditResult;
  credential: TokenCredential;
}

/** Audits, with progress on a terminal. @throws CommandError */
export async function performAudit(
  options: AuditOptions,
  surroundings: CommandSurroundings,
): Promise<PerformedAudit> {
  const { env, terminal } = surroundings;
  const progress = terminal.interactive
    ? progressWriter({ write: (text) => void process.stderr.write(text), interactive: true })
    : undefined;
  try {
    const startMs = performance.now();
    return await auditOf(options, surroundings, (each) =>
      progress?.onProgress({ ...progressOf(each), elapsedMs: performance.now() - startMs }),
    );
  } catch (error) {
    throw readable(error, options, env);
  } finally {
    progress?.end();
  }
}

async function auditOf(
  options: AuditOptions,
  { env, createCredential, audit }: CommandSurroundings,
  onProgress: AuditSurroundings["onProgress"],
): Promise<PerformedAudit> {
  const { graphUrl, tenant, baseline } = options;
  const cloud = await findCloud({
    graphUrl,
    authorityHost: env.AZURE_AUTHORITY_HOST,
    metadataHost: env.ARM_METADATA_HOSTNAME,
  });
  const managed = await managedOf(options, env);
  const credential = await createCredential(cloud, tenant);
  const result = await runAudit(
    {
      credential,
      graphUrl: cloud.graphUrl,
      tenant: tenant ?? env.AZURE_TENANT_ID ?? null,
      vaultUris: vaultsOf(options, managed, cloud),
      managed,
      gaps: [],
      policy: auditPolicy({
        days: options.days,
        maxLifetimeDays: options.maxLifetime,
        unusedDays: options.unused,
      }),
      acceptances: (nowMs) => (baseline === undefined ? Promise.resolve([]) : readBaseline(baseline, nowMs)),
      concurrency: options.concurrency,
      resumeFile: options.resume,
      signIns: options.signIns,
      owners: options.owners,
    },
    { ...audit, onProgress },
  );
  return { result, credential };
}

async function managedOf(
  { stack, managed, cwd }: AuditOptions,
  env: NodeJS.ProcessEnv,
): Promise<ManagedCredential[]> {
  const fromStacks = await Promise.all(stack.map((name) => readStack(name, { env, cwd })));
  const fromFiles = await Promise.all(managed.map(readManagedFile));
  return [...fromStacks, ...fromFiles].flat();
}

async function readManagedFile(file: string): Promise<ManagedCredential[]> {
  try {
    return managedCredentials(JSON.parse(await readFile(file, "utf8")), file);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const what =
      error instanceof ManagedCredentialsError ? "is not what `pulumi stack output --json` prints: " : "";
    throw new CommandError(
      `--managed ${safeText(file)}: ${what}${safeText(error.message)}`,
      exitCodes.configuration,
    );
  }
}

/** The vaults that were named and those that the stack publishes into, each once. */
function vaultsOf({ vault }: AuditOptions, managed: readonly ManagedCredential[], cloud: Cloud): string[] {
  const named = vault.map((text) => {
    if (text.includes("://")) return new URL(text).origin;
    if (cloud.vaultSuffix !== undefined) return new URL(`https://${text}.${cloud.vaultSuffix}`).origin;
    throw new CommandError(
      `--vault ${text}: nothing tells the vaults' domain in this cloud; give the address`,
      exitCodes.configuration,
    );
  });
  return [...new Set([...named, ...managed.map(({ vaultUri }) => vaultUri)])];
}

async function writeNoticeState(
  file: string,
  { complete }: AuditResult,
  before: NoticeState,
  after: NoticeState,
): Promise<void> {
  // An incomplete audit has not seen everything: what it did not see is not solved.
  const told = complete ? after.told : { ...before.told, ...after.told };
  await replaceFile(file, `${JSON.stringify({ schemaVersion: 1, told } satisfies NoticeState, null, 2)}\n`);
}

async function readNoticeState(file: string): Promise<NoticeState> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return emptyNoticeState;
    throw new CommandError(
      `--notified ${safeText(file)} cannot be read: ${safeText(String(error))}`,
      exitCodes.configuration,
    );
  }
  try {
    return noticeStateSchema.parse(JSON.parse(text));
  } catch {
    throw new CommandError(
      `--notified ${safeText(file)} is not what an audit wrote there; delete it to begin anew`,
      exitCodes.configuration,
    );
  }
}

async function writeReports(
  result: AuditResult,
  notices: readonly TierNotice[],
  { destinations, docsUrl, limit }: AuditOptions,
  terminal: Terminal,
): Promise<void> {
  for (const { format, file } of destinations) {
    const style: Terminal["style"] = file === undefined ? terminal.style : (_, text) => text;
    const report = await render(format, result, { docsUrl, notices, limit, style });
    if (file === undefined) terminal.out(report);
    else await replaceFile(file, report);
  }
  if (destinations.every(({ file }) => file !== undefined)) {
    const state = result.complete ? "Audit complete" : "AUDIT INCOMPLETE";
    terminal.err(
      `${state}: ${severityLine(result)}; written to ${destinations.map(({ file }) => file).join(", ")}`,
    );
  }
  for (const { what, why, essential } of result.gaps) {
    if (essential) terminal.err(`keyturn: not read: ${what}: ${why}`);
  }
}

/** As `docs/audit.md` lists them. */
export function exitCodeOf(result: AuditResult, { failOn }: Pick<AuditOptions, "failOn">): number {
  const missing = result.gaps.filter(({ essential }) => essential);
  if (missing.length > 0) {
    return missing.some(({ refused }) => refused) ? exitCodes.authentication : exitCodes.error;
  }
  const fails = failOn !== "none" && result.findings.some(({ severity }) => isAtLeast(severity, failOn));
  return fails ? exitCodes.findings : exitCodes.ok;
}

function progressOf({ stage, read, expected }: Progress) {
  const names: Record<Progress["stage"], string> = {
    vaults: "vault secrets",
    signIns: "sign-ins",
    applications: "applications",
    servicePrincipals: "service principals",
    ownerless: "applications without owner",
    federated: "applications with federated credentials",
    owners: "owners",
  };
  const of = expected === undefined ? "" : ` of ${expected}`;
  return { step: "Reading the directory", detail: `${read}${of} ${names[stage]}` };
}

/** What the user can do something about, as an error without a stack trace. */
function readable(error: unknown, { resume }: AuditOptions, env: NodeJS.ProcessEnv): unknown {
  const who = env.AZURE_CLIENT_ID === undefined ? "" : ` of client ${safeText(env.AZURE_CLIENT_ID)}`;
  return readableError(error, {
    remedy: `The audit${who} needs ${RIGHT_TO_READ} (docs/audit.md#rights).`,
    ...(resume !== undefined && { goOn: `Run it again with --resume ${resume} to go on.` }),
  });
}
