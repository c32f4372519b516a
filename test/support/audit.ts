import type { TestContext } from "node:test";
import { type AuditArgs, type AuditResult, runAudit } from "../../cli/audit/audit.ts";
import { auditPolicy } from "../../cli/audit/policy.ts";
import { answerFrom, type GraphDirectory, type GraphEntity } from "./graph-directory.ts";
import { type Answer, type GraphServer, NOW_MS, startGraph, testCredential } from "./graph-server.ts";

const DAY_MS = 86_400_000;

/** A moment so many days from the tests' now, as Graph writes it. */
export function inDays(days: number): string {
  const ms = Math.floor((NOW_MS + days * DAY_MS) / 1000) * 1000;
  return new Date(ms).toISOString().replace(".000Z", "Z");
}

/** A GUID made of a number. */
export function guid(number: number, family = 0): string {
  return `${String(number).padStart(8, "0")}-0000-4000-8000-${String(family).padStart(12, "0")}`;
}

/** A client secret as Graph lists it. */
export function secret(
  number: number,
  startDays: number,
  endDays: number,
  displayName: string | null = null,
) {
  return {
    keyId: guid(number, 9),
    displayName,
    hint: "abc",
    secretText: null,
    customKeyIdentifier: null,
    startDateTime: inDays(startDays),
    endDateTime: inDays(endDays),
  };
}

/** An application as Graph lists it, single-tenant, with an owner. */
export function application(number: number, properties: Record<string, unknown> = {}): GraphEntity {
  return {
    id: guid(number, 1),
    appId: guid(number, 2),
    displayName: `Application ${number}`,
    createdDateTime: inDays(-1000 + ((number * 7.31) % 900)),
    signInAudience: "AzureADMyOrg",
    disabledByMicrosoftStatus: null,
    passwordCredentials: [],
    keyCredentials: [],
    owners: [{ id: guid(1, 7), displayName: "Olga Owner", mail: "olga@example.com" }],
    federatedIdentityCredentials: [],
    ...properties,
  };
}

/** The service principal of `application(number)`. */
export function servicePrincipal(number: number, properties: Record<string, unknown> = {}): GraphEntity {
  return {
    id: guid(number, 3),
    appId: guid(number, 2),
    displayName: `Application ${number}`,
    accountEnabled: true,
    servicePrincipalType: "Application",
    passwordCredentials: [],
    keyCredentials: [],
    ...properties,
  };
}

export function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

export interface AuditRun {
  result: AuditResult;
  server: GraphServer;
}

/** Audits a directory; `around` can answer in its place. */
export async function auditDirectory(
  context: TestContext,
  directory: GraphDirectory,
  args: Partial<AuditArgs> = {},
  around: (
    answer: () => ReturnType<typeof answerFrom>,
    ...question: Parameters<Answer>
  ) => ReturnType<Answer> = (answer) => answer(),
): Promise<AuditRun> {
  const server = await startGraph(context, (question, origin) =>
    around(() => answerFrom(directory, origin, question), question, origin),
  );
  return { server, result: await auditServer(server, args) };
}

/** Audits what a server has. */
export function auditServer(server: GraphServer, args: Partial<AuditArgs> = {}): Promise<AuditResult> {
  return runAudit(
    {
      credential: testCredential,
      graphUrl: server.origin,
      tenant: null,
      vaultUris: [],
      managed: [],
      gaps: [],
      policy: auditPolicy(),
      acceptances: () => Promise.resolve([]),
      concurrency: 4,
      resumeFile: undefined,
      signIns: false,
      owners: false,
      ...args,
    },
    {
      random: () => 0,
      nowMs: () => NOW_MS,
      pauseMs: () => Promise.resolve(),
      retryTiming: { baseDelayMs: 1, maxDelayMs: 2 },
      onProgress: () => undefined,
    },
  );
}
