import type { CredentialOutput } from "./credential-output.ts";

/** What is wrong with a credential, in words; empty if nothing is. */
export function problemsOf(name: string, { failure, broken, refusals, stopped }: CredentialOutput): string[] {
  const problems: string[] = [];
  if (failure !== undefined) {
    problems.push(
      `${name}: generation ${failure.generation} was not published, verification failed: ${failure.reason} (docs/runbooks/failed-rotation.md)`,
    );
  }
  if (broken !== undefined) {
    problems.push(
      broken.kind === "rejected"
        ? `${name}: the published generation ${broken.generation} does not work: ${broken.reason} (docs/runbooks/expired-secret.md)`
        : `${name}: the published generation ${broken.generation} could not be verified: ${broken.reason} (docs/runbooks/unverified-secret.md)`,
    );
  }
  problems.push(...(refusals ?? []));
  if (stopped !== undefined) problems.push(`${name}: left as it is: ${stopped}`);
  return problems;
}
