import type { CredentialOutput } from "../../infra/credential-output.ts";
import { problemsOf } from "../../infra/problems.ts";

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
  readers: { name: string; principalId: string; principalType: string }[];
  /** What needs a person; empty if nothing does. */
  problems: string[];
}

export interface StatusDocument {
  schemaVersion: number;
  stack: string;
  /** By the directory's clock. */
  at: string;
  credentials: CredentialStatus[];
}

/** What a stack's outputs say, in the form that commands show and print as JSON. */
export function statusDocument(
  stack: string,
  at: string,
  outputs: Readonly<Record<string, CredentialOutput>>,
): StatusDocument {
  const credentials = Object.entries(outputs)
    .map(([name, output]) => credentialStatus(name, output))
    .toSorted((x, y) => x.name.localeCompare(y.name, "en"));
  return { schemaVersion: SCHEMA_VERSION, stack, at, credentials };
}

function credentialStatus(name: string, output: CredentialOutput): CredentialStatus {
  const { current, previous, version, tags } = output;
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
    readers: output.readers,
    problems: problemsOf(name, output),
  };
}
