import { z } from "zod";
import { formatInstant, parseInstant } from "./instant.ts";
import { emptyMemory, type Memory } from "./rotation/memory.ts";
import { type Published, parsePublished, publishedTags, TagsError } from "./rotation/published.ts";
import { type ConsumerSettings, requestSchema } from "./settings/schema.ts";
import type { LastPlacement } from "./vault/move.ts";

/**
 * What the stack's output says of each credential: for people and for commands, and the stack's own memory.
 * Nothing in it changes from one update to the next unless the credential does. Fields are only ever added.
 */
const instant = z.string().refine((text) => parseInstant(text) !== undefined, "must be a moment");
const secretOutput = z.object({
  slot: z.enum(["a", "b"]),
  generation: z.int(),
  keyId: z.string(),
  createdAt: instant,
  expiresAt: instant,
});

export const credentialOutputSchema = z.object({
  clientId: z.string(),
  applicationObjectId: z.string(),
  vaultUri: z.string(),
  secretName: z.string(),
  /** The vault's name, if it is another one than the stack's own. */
  vault: z.string().optional(),
  /** The vault that the credential is moved from: it is published there too, since then. */
  movedFrom: z
    .object({ vault: z.string(), vaultUri: z.string(), version: z.string().optional(), since: instant })
    .optional(),
  /** The published version; empty before the first publication. */
  version: z.string().optional(),
  /** The published secret. */
  current: secretOutput.optional(),
  /** The one before, until it is retired. */
  previous: secretOutput.extend({ retireAfter: instant }).optional(),
  /** From when on the next rotation is due. */
  nextRotationAt: instant.optional(),
  readers: z.array(z.object({ name: z.string(), principalId: z.string(), principalType: z.string() })),
  /** The published version's tags: where the rotation stands. */
  tags: z.record(z.string(), z.string()).optional(),
  /** Who proves its identity instead of holding a secret. */
  federated: z.array(z.object({ name: z.string(), issuer: z.string(), subject: z.string() })).optional(),
  retiredGeneration: z.int().optional(),
  /** When a secret was published for the first time: from then on its users could change over to it. */
  firstPublishedAt: instant.optional(),
  /** The last verification failed. */
  failure: z
    .object({
      generation: z.int(),
      kind: z.enum(["rejected", "unavailable"]),
      reason: z.string(),
      attempts: z.int(),
      lastAttemptAt: instant,
      settings: z.string(),
    })
    .optional(),
  /** The published secret did not work when it was last tried. */
  broken: z
    .object({ generation: z.int(), kind: z.enum(["rejected", "unavailable"]), reason: z.string() })
    .optional(),
  /** The ids of requests that were carried out. */
  requests: z.array(z.string()).optional(),
  /** What a command asked for and has not been carried out yet. */
  pending: requestSchema.optional(),
  /** What was asked for and could not be done, and why. */
  refusals: z.array(z.string()).optional(),
  /** This credential was left as it is in the last update, and why. */
  stopped: z.string().optional(),
});

export type CredentialOutput = z.infer<typeof credentialOutputSchema>;

/** What is known of a credential besides what was published. */
export interface CredentialFacts {
  clientId: string;
  applicationObjectId: string;
  vaultUri: string;
  version: string | undefined;
  /** Only where it is not the stack's own vault. */
  vault?: string | undefined;
  movedFrom?: { vault: string; vaultUri: string; version: string | undefined; sinceMs: number } | undefined;
  consumers: ConsumerSettings[];
  stopped?: string | undefined;
  refusals?: string[];
  federated?: { name: string; issuer: string; subject: string }[];
}

/** Writes a credential's output. */
export function credentialOutput(
  name: string,
  facts: CredentialFacts,
  published: Published | undefined,
  memory: Memory,
): CredentialOutput {
  const previous =
    published?.previous?.generation === memory.retiredGeneration ? undefined : published?.previous;
  const { failure } = memory;
  const { movedFrom } = facts;
  return withoutUndefined({
    clientId: facts.clientId,
    applicationObjectId: facts.applicationObjectId,
    vaultUri: facts.vaultUri,
    secretName: name,
    vault: facts.vault,
    movedFrom:
      movedFrom === undefined
        ? undefined
        : withoutUndefined({
            vault: movedFrom.vault,
            vaultUri: movedFrom.vaultUri,
            version: movedFrom.version,
            since: formatInstant(movedFrom.sinceMs),
          }),
    version: facts.version,
    current: published === undefined ? undefined : secretText(published.current),
    previous:
      previous === undefined
        ? undefined
        : { ...secretText(previous), retireAfter: formatInstant(previous.retireAfterMs) },
    nextRotationAt: published === undefined ? undefined : formatInstant(published.rotateAfterMs),
    readers: facts.consumers.map(({ name, principalId, principalType }) => ({
      name,
      principalId,
      principalType,
    })),
    tags: published === undefined ? undefined : publishedTags(published),
    retiredGeneration: memory.retiredGeneration,
    firstPublishedAt:
      memory.firstPublishedAtMs === undefined ? undefined : formatInstant(memory.firstPublishedAtMs),
    failure:
      failure === undefined
        ? undefined
        : {
            generation: failure.generation,
            kind: failure.kind,
            reason: failure.reason,
            attempts: failure.attempts,
            lastAttemptAt: formatInstant(failure.lastAttemptAtMs),
            settings: failure.settings,
          },
    broken: memory.broken,
    requests: memory.requests.length === 0 ? undefined : memory.requests,
    pending: memory.pending,
    refusals: facts.refusals?.length === 0 ? undefined : facts.refusals,
    stopped: facts.stopped,
    federated: facts.federated?.map(({ name, issuer, subject }) => ({ name, issuer, subject })),
  });
}

function secretText(secret: Published["current"]): z.infer<typeof secretOutput> {
  return {
    slot: secret.slot,
    generation: secret.generation,
    keyId: secret.keyId,
    createdAt: formatInstant(secret.createdAtMs),
    expiresAt: formatInstant(secret.expiresAtMs),
  };
}

function withoutUndefined<T extends Record<string, unknown>>(output: T): Defined<T> {
  return Object.fromEntries(Object.entries(output).filter(([, value]) => value !== undefined)) as Defined<T>;
}

/** What may be undefined need not be there. */
type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Where each credential was after the last update. */
export function placementsOf(output: unknown, stackVault: string): Map<string, LastPlacement> {
  const parsed = z.record(z.string(), credentialOutputSchema).safeParse(output);
  if (!parsed.success) return new Map();
  return new Map(
    Object.entries(parsed.data).map(([name, { vault, movedFrom, current }]) => [
      name,
      {
        vault: vault ?? stackVault,
        movedFrom: movedFrom?.vault,
        sinceMs: movedFrom === undefined ? undefined : parseInstant(movedFrom.since),
        isPublished: current !== undefined,
      },
    ]),
  );
}

/** The consumers that a credential had after the last update, by name of the credential: only where there are secrets. */
export function readersOf(output: unknown): Map<string, string[]> {
  const parsed = z.record(z.string(), credentialOutputSchema).safeParse(output);
  if (!parsed.success) return new Map();
  const withSecrets = Object.entries(parsed.data).filter(([, { current }]) => current !== undefined);
  return new Map(withSecrets.map(([name, { readers }]) => [name, readers.map((reader) => reader.name)]));
}

/** The vault of a credential whose previous secret waits for the end of its overlap; undefined if there is none. */
export function vaultInOverlap(output: unknown): string | undefined {
  const parsed = z.record(z.string(), credentialOutputSchema).safeParse(output);
  const all = parsed.success ? Object.values(parsed.data) : [];
  return all.find(({ previous }) => previous !== undefined)?.vaultUri;
}

/** The stack's output is not what this program writes. */
export class OutputError extends Error {
  override readonly name = "OutputError";
}

/**
 * Reads the stack's last output back as what it remembers of each credential.
 * @throws OutputError if the output is there but cannot be understood: going on without it would be guessing.
 */
export function memoriesOf(output: unknown): Map<string, Memory> {
  if (output === undefined || output === null) return new Map();
  const parsed = z.record(z.string(), credentialOutputSchema).safeParse(output);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new OutputError(
      `the stack's output "credentials" is not what this program wrote: ${issue?.path.join(".")}: ${issue?.message}. ` +
        "Restore the stack's state from its history (docs/runbooks/damaged-state.md).",
    );
  }
  return new Map(Object.entries(parsed.data).map(([name, credential]) => [name, memoryOf(name, credential)]));
}

function memoryOf(name: string, output: CredentialOutput): Memory {
  const { failure, broken } = output;
  return {
    ...emptyMemory,
    published: rememberedPublication(name, output),
    retiredGeneration: output.retiredGeneration,
    firstPublishedAtMs:
      output.firstPublishedAt === undefined ? undefined : parseInstant(output.firstPublishedAt),
    failure:
      failure === undefined
        ? undefined
        : {
            generation: failure.generation,
            kind: failure.kind,
            reason: failure.reason,
            attempts: failure.attempts,
            lastAttemptAtMs: parseInstant(failure.lastAttemptAt) ?? 0,
            settings: failure.settings,
          },
    broken,
    requests: output.requests ?? [],
    pending: output.pending,
  };
}

function rememberedPublication(name: string, { tags }: CredentialOutput): Published | undefined {
  if (tags === undefined) return undefined;
  try {
    return parsePublished(name, tags, undefined);
  } catch (error) {
    if (error instanceof TagsError) throw new OutputError(`the stack's output for ${name}: ${error.message}`);
    throw error;
  }
}
