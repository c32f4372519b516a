import { MINUTE_MS } from "../../../infra/duration.ts";
import { safeText } from "../safe-text.ts";
import type { GraphClient } from "./client.ts";
import { identifier, isRecord } from "./entities.ts";
import { GraphError, RIGHT_TO_READ } from "./errors.ts";
import { retryAfterMs } from "./retry.ts";

/** How many requests Graph takes in one batch (https://learn.microsoft.com/graph/json-batching). */
const BATCH_SIZE = 20;
/** How often what was throttled inside a batch is asked for again. */
const MOST_ROUNDS = 6;

/** A longer pause than this is not waited for, as with any other request. */
const MOST_PAUSE_MS = 5 * MINUTE_MS;

/** Somebody who owns an application. */
export interface Owner {
  id: string;
  name: string | null;
  /** Null: none is recorded, or the caller may not read it (it takes `User.Read.All`). */
  mail: string | null;
}

export interface OwnedSubject {
  type: "application" | "servicePrincipal";
  objectId: string;
}

export interface OwnersTiming {
  /** Waits before what was throttled is asked for again. */
  pauseMs: (ms: number) => Promise<void>;
  /** For a `Retry-After` that is a date. */
  nowMs: () => number;
}

/**
 * Reads the owners of some applications and service principals, by object id. One that has vanished meanwhile
 * is left out.
 * @throws GraphError
 */
export async function readOwners(
  client: GraphClient,
  subjects: readonly OwnedSubject[],
  { pauseMs, nowMs }: OwnersTiming,
): Promise<Map<string, Owner[]>> {
  const owners = new Map<string, Owner[]>();
  for (let start = 0; start < subjects.length; start += BATCH_SIZE) {
    let waiting = subjects.slice(start, start + BATCH_SIZE);
    for (let round = 1; ; round++) {
      const { again, wantedMs } = await readBatch(client, waiting, owners, nowMs);
      waiting = again;
      if (waiting.length === 0) break;
      if (wantedMs > MOST_PAUSE_MS) {
        const seconds = Math.ceil(wantedMs / 1000);
        throw new GraphError(`Graph throttles the owners of applications for ${seconds} s`, 429);
      }
      if (round === MOST_ROUNDS)
        throw new GraphError("Graph keeps throttling the owners of applications", 429);
      // Each answer in a batch says for itself how long to wait; the longest one holds for all.
      await pauseMs(Math.max(wantedMs, 1000 * 2 ** round));
    }
  }
  return owners;
}

/** @returns those that must be asked for again, and the pause that Graph wants before. */
async function readBatch(
  client: GraphClient,
  subjects: readonly OwnedSubject[],
  owners: Map<string, Owner[]>,
  nowMs: () => number,
): Promise<{ again: OwnedSubject[]; wantedMs: number }> {
  const requests = subjects.map(({ type, objectId }, index) => ({
    id: String(index),
    method: "GET",
    url: `/${type}s/${encodeURIComponent(objectId)}/owners?$select=id,displayName,mail,userPrincipalName`,
  }));
  const answer = await client.sendForJson({ url: "/v1.0/$batch", body: { requests } });
  const responses = isRecord(answer) && Array.isArray(answer.responses) ? answer.responses : [];
  const again: OwnedSubject[] = [];
  let wantedMs = 0;
  for (const [index, subject] of subjects.entries()) {
    const response = responses.find((each) => isRecord(each) && each.id === String(index));
    const status = isRecord(response) ? response.status : undefined;
    if (status === 200)
      owners.set(subject.objectId, ownersOf(isRecord(response) ? response.body : undefined));
    else if (status === 401 || status === 403) {
      throw new GraphError(
        `the owners of applications cannot be read (${status}): it takes ${RIGHT_TO_READ}; for their names and addresses User.Read.All besides`,
        status,
      );
    } else if (status !== 404) {
      again.push(subject);
      wantedMs = Math.max(wantedMs, retryAfterMs(headersOf(response), nowMs()) ?? 0);
    }
  }
  return { again, wantedMs };
}

/** The headers of one answer in a batch, whose names come in any case. */
function headersOf(response: unknown): { get(name: string): string | undefined } {
  const headers = isRecord(response) && isRecord(response.headers) ? Object.entries(response.headers) : [];
  return {
    get: (name) => {
      const value = headers.find(([each]) => each.toLowerCase() === name)?.[1];
      return value === undefined ? undefined : String(value);
    },
  };
}

function ownersOf(body: unknown): Owner[] {
  const value = isRecord(body) && Array.isArray(body.value) ? body.value : [];
  return value
    .filter(isRecord)
    .flatMap((owner) =>
      typeof owner.id === "string"
        ? [{ id: identifier(owner.id), name: text(owner.displayName), mail: mailAddress(owner) }]
        : [],
    );
}

/** A guest's sign-in name (`a_b.example#EXT#@c.onmicrosoft.com`) is not where mail goes. */
function mailAddress({ mail, userPrincipalName }: Record<string, unknown>): string | null {
  const address = [mail, userPrincipalName].find((each) => typeof each === "string" && ADDRESS.test(each));
  return typeof address === "string" ? address : null;
}

/** Strict on purpose: what is not plainly an address is not put into anybody's mail. */
const ADDRESS = /^[A-Za-z0-9.!$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,8}$/;

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? safeText(value) : null;
}
