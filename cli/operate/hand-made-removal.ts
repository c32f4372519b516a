import type { CredentialOutput } from "../../infra/credential-output.ts";
import { formatInstant, parseInstant } from "../../infra/instant.ts";
import type { Policy } from "../../infra/rotation/policy.ts";

/**
 * Why the secrets that people made on a managed application may not be deleted yet; undefined if they may. Pure.
 *
 * Their users change over to what is published: they have the overlap for that, from the first publication on, and it
 * has to work. A rotation in the meantime changes nothing for them.
 */
export function refusalToRemove(
  name: string,
  { current, previous, firstPublishedAt, broken, failure, stopped }: CredentialOutput,
  { overlapMs }: Pick<Policy, "overlapMs">,
  nowMs: number,
): string | undefined {
  if (current === undefined) return `${name} has not been published yet: update first`;
  const because = (reason: string) =>
    `the secrets that people made may be all that works of ${name}: ${reason}. Put that right first.`;
  if (broken !== undefined) {
    const what = broken.kind === "rejected" ? "does not work" : "could not be verified";
    return because(`the published generation ${broken.generation} ${what}: ${broken.reason}`);
  }
  if (failure !== undefined) {
    return because(`generation ${failure.generation} failed its verification: ${failure.reason}`);
  }
  if (stopped !== undefined) return because(`the last update left it as it is: ${stopped}`);
  if (nowMs >= (parseInstant(current.expiresAt) ?? 0)) {
    return because(`the published secret expired on ${current.expiresAt}`);
  }
  // What an earlier version has published did not write that down: the earliest known publication then.
  const first = firstPublishedAt ?? previous?.createdAt ?? current.createdAt;
  const untilMs = (parseInstant(first) ?? nowMs) + overlapMs;
  return nowMs < untilMs
    ? `${name} was published first on ${first}: its consumers have until ${formatInstant(untilMs)} to change over`
    : undefined;
}
