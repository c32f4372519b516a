import type { CredentialOutput } from "../../infra/credential-output.ts";
import type { PlannedCredential } from "../../infra/plan-credentials.ts";
import { problemsOf } from "../../infra/problems.ts";
import { type Condition, conditionsOf, type LifeDates, lifeDatesOf } from "./conditions.ts";
import { type LastAction, lastActionsOf } from "./last-actions.ts";

/** Version of the JSON document. Fields are only ever added. */
const SCHEMA_VERSION = 1;

interface SecretStatus {
  slot: string;
  generation: number;
  keyId: string;
  createdAt: string;
  expiresAt: string;
}

export interface CredentialStatus {
  name: string;
  clientId: string;
  /** The published secret; null before the first publication. */
  current: SecretStatus | null;
  /** The secret before it, until it is retired. */
  previous: (SecretStatus & { retireAfter: string }) | null;
  nextRotationAt: string | null;
  vaultSecret: {
    vaultUri: string;
    name: string;
    version: string;
    expiresAt: string;
    tags: Record<string, string>;
  } | null;
  /** The vault that the credential is moved from, which publishes it as well; null if it is not moved. */
  movedFrom: { vault: string; vaultUri: string; version: string | null; since: string } | null;
  readers: { name: string; principalId: string; principalType: string }[];
  /** What needs a person; empty if nothing does. */
  problems: string[];
  dates: LifeDates;
  conditions: Condition[];
  /** What was done last, the latest first; an `at` of null: at an earlier time that nobody wrote down. */
  lastActions: LastAction[];
}

export interface StatusDocument {
  schemaVersion: number;
  stack: string;
  /** By the directory's clock. */
  at: string;
  credentials: CredentialStatus[];
}

/**
 * What a stack's outputs say, in the form that commands show and print as JSON.
 * @param plans what the settings make of it, where they are known: they may hold a rotation back.
 */
export function statusDocument(
  stack: string,
  at: string,
  outputs: Readonly<Record<string, CredentialOutput>>,
  plans: readonly PlannedCredential[] = [],
): StatusDocument {
  const nowMs = Date.parse(at);
  const credentials = Object.entries(outputs)
    .map(([name, output]) => {
      const planned = plans.find(({ settings }) => settings.name === name);
      return credentialStatus(name, output, planned, nowMs);
    })
    .toSorted((x, y) => x.name.localeCompare(y.name, "en"));
  return { schemaVersion: SCHEMA_VERSION, stack, at, credentials };
}

function credentialStatus(
  name: string,
  output: CredentialOutput,
  planned: PlannedCredential | undefined,
  nowMs: number,
): CredentialStatus {
  const { current, previous, version, tags, movedFrom } = output;
  const dates = lifeDatesOf(output, planned);
  const conditions = conditionsOf(output, dates, nowMs);
  const overdue = conditions.filter(({ type, needsAttention }) => needsAttention && OVERDUE.has(type));
  return {
    name,
    clientId: output.clientId,
    current: current ?? null,
    previous: previous ?? null,
    nextRotationAt: output.nextRotationAt ?? null,
    vaultSecret:
      current === undefined || version === undefined
        ? null
        : {
            vaultUri: output.vaultUri,
            name: output.secretName,
            version,
            expiresAt: current.expiresAt,
            tags: tags ?? {},
          },
    movedFrom: movedFrom === undefined ? null : { ...movedFrom, version: movedFrom.version ?? null },
    readers: output.readers,
    problems: [...problemsOf(name, output), ...overdue.map(({ reason }) => `${name}: ${reason}`)],
    dates,
    conditions,
    lastActions: lastActionsOf(output),
  };
}

/** What an update should have done long ago; the rest of what needs attention is among the problems already. */
const OVERDUE: ReadonlySet<string> = new Set<Condition["type"]>(["Valid", "OnTime", "OldSecretGone"]);
