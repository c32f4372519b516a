import { type Published, parsePublished, TagsError } from "../rotation/published.ts";

/** What Azure tells about a vault secret without its value. */
export interface SecretMetadata {
  tags: Record<string, string>;
  /** When the version expires and when it was written: seconds since 1970. */
  exp: number | undefined;
  created: number | undefined;
}

/** Reads one secret's metadata in one vault; rejects if there is none or it cannot be read. */
export type ReadMetadata = (secretName: string, vaultName: string) => Promise<SecretMetadata>;

/** A place where a credential may be published. */
export interface Place {
  credential: string;
  vault: string;
}

/** What the vault publishes of one credential. */
export type ReadResult =
  | { kind: "published"; published: Published; publishedAtMs: number | undefined }
  /** No secret, no vault or no resource group of that name: nothing has been published here. */
  | { kind: "missing" }
  /** There is a secret whose tags do not describe it. */
  | ({ kind: "inconsistent" } & Inconsistency);

/** Why the tags cannot be believed, and what tells which publication they are of all the same. */
export interface Inconsistency {
  reason: string;
  keyId: string | undefined;
  expiresAtMs: number | undefined;
}

/** Some of what the vault publishes could not be read; nothing may be planned. */
export class VaultReadError extends Error {
  override readonly name = "VaultReadError";
}

/** How many reads are under way at once. Key Vault allows thousands in ten seconds; the engine's queue is shorter. */
const CONCURRENT_READS = 8;

/**
 * Reads what is published in all these places.
 * @returns what was read, in the order of the places.
 * @throws VaultReadError if any read fails for another reason than that there is nothing: one message for all.
 */
export async function readPublished(
  places: readonly Place[],
  readMetadata: ReadMetadata,
): Promise<ReadResult[]> {
  const results: ReadResult[] = [];
  const problems: string[] = [];
  const queue = [...places.entries()];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, { credential, vault }] = next;
      try {
        results[index] = interpret(credential, await readMetadata(credential, vault));
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        if (isMissing(text)) results[index] = { kind: "missing" };
        else problems.push(`  ${credential} in ${vault}: ${firstLines(text)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENT_READS, places.length) }, worker));
  if (problems.length > 0) {
    throw new VaultReadError(
      `cannot read what the vault publishes, so nothing was changed (docs/runbooks/unreadable-vault.md):\n${problems.sort().join("\n")}`,
    );
  }
  return results;
}

function interpret(name: string, metadata: SecretMetadata): ReadResult {
  const expiresAtMs = milliseconds(metadata.exp);
  try {
    const published = parsePublished(name, metadata.tags, expiresAtMs);
    return { kind: "published", published, publishedAtMs: milliseconds(metadata.created) };
  } catch (error) {
    if (!(error instanceof TagsError)) throw error;
    return { kind: "inconsistent", reason: error.message, keyId: metadata.tags.keyId, expiresAtMs };
  }
}

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}

/**
 * Resource Manager's codes for "there is no such thing"
 * (https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-not-found). A status alone is
 * not enough: a proxy's 404 is not the vault's word.
 */
const MISSING_CODES = [
  "SecretNotFound",
  "ResourceNotFound",
  "ParentResourceNotFound",
  "ResourceGroupNotFound",
];

export function isMissing(errorText: string): boolean {
  return (
    /\b404\b/.test(errorText) && MISSING_CODES.some((code) => new RegExp(`\\b${code}\\b`).test(errorText))
  );
}

/** Provider errors can carry whole answers: enough of one to recognise it. */
function firstLines(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 400 ? `${line.slice(0, 399)}…` : line;
}
