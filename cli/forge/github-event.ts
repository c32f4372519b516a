import { z } from "zod";

/**
 * The part of a run's event that matters here.
 * @see https://docs.github.com/webhooks/webhook-events-and-payloads#pull_request
 */
const eventSchema = z.object({
  pull_request: z
    .object({
      number: z.int().positive(),
      head: z.object({
        sha: z.string().regex(/^[0-9a-f]{40,64}$/),
        /** Null where the fork was deleted. */
        repo: z.object({ full_name: z.string() }).nullish(),
      }),
      base: z.object({ repo: z.object({ full_name: z.string() }) }),
    })
    .optional(),
});

/** The pull request that a run is about. */
export interface PullRequest {
  readonly number: number;
  /** The last commit of its branch. */
  readonly head: string;
  /** Whether it comes from another repository: its runs are given no rights. */
  readonly fromFork: boolean;
}

/**
 * Reads the pull request out of an event's payload; undefined if the event is about none.
 * @throws Error if the payload is not what GitHub sends.
 */
export function pullRequestOf(payload: unknown): PullRequest | undefined {
  const { pull_request: pull } = eventSchema.parse(payload);
  if (pull === undefined) return undefined;
  const { number, head, base } = pull;
  return { number, head: head.sha, fromFork: head.repo?.full_name !== base.repo.full_name };
}
