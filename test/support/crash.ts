import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseSecretDisplayName } from "../../infra/credential/secret-name.ts";
import type { CredentialOutput } from "../../infra/credential-output.ts";
import { hashOfSecret } from "../../sandbox/entra/secret-value.ts";
import type { FaultRequest } from "../../sandbox/faults/rule.ts";
import { type ProcessResult, runProcess } from "../../tools/run-process.ts";
import type { KeyturnStack } from "./keyturn-stack.ts";

const KEYTURN = fileURLToPath(new URL("../../cli/keyturn.js", import.meta.url));

/** Runs the `keyturn` command on a test's stack, in a process of its own. */
export function keyturn(stack: KeyturnStack, args: readonly string[]): Promise<ProcessResult> {
  return runProcess(process.execPath, [KEYTURN, ...args, "--cwd", stack.project, "--stack", "dev"], {
    env: stack.env,
    timeoutMs: 120_000,
  });
}

/** How an update that was to be cut short went. */
export type CutShort = "killed" | "ended";

/**
 * Runs an update whose engine is killed at the `n`-th operation that changes something: before it is carried
 * out, or after it was, with its answer lost.
 */
export async function upKilledAt(
  stack: KeyturnStack,
  n: number,
  after: boolean,
  env: Record<string, string> = {},
): Promise<CutShort> {
  const { faults } = stack.sandbox;
  const fault: FaultRequest = {
    match: { face: "provider", operation: "*.{create,update,delete}" },
    when: { kind: "nth", n },
    effect: { kind: "hang", after },
  };
  await faults.add(fault);
  const kill = new AbortController();
  const firedBefore = faults.fired().length;
  const watch = (async () => {
    while (!kill.signal.aborted) {
      if (faults.fired().length > firedBefore) {
        // With `after` the operation is carried out first, and only then its answer held back.
        await sleep(after ? 150 : 20);
        kill.abort();
        return;
      }
      await sleep(5);
    }
  })();
  const result = await stack.run(["up", "--yes", "--skip-preview"], {
    env: { ...stack.env, ...env },
    signal: kill.signal,
  });
  const cut: CutShort = result.signal !== null || faults.fired().length > firedBefore ? "killed" : "ended";
  kill.abort();
  await watch;
  await faults.clear();
  return cut;
}

/** What must hold at any moment, whatever has died: empty if all of it does. */
export function brokenInvariants(stack: KeyturnStack): string[] {
  const { entra, keyVault, clock } = stack.sandbox.store.state;
  const broken: string[] = [];
  for (const vault of Object.values(keyVault.vaults)) {
    for (const { name, versions } of Object.values(vault.secrets)) {
      const current = versions.at(-1);
      if (current === undefined) continue;
      const owner = Object.values(entra.applications).find(({ appId }) => appId === current.tags.clientId);
      const key = owner?.passwordCredentials.find(({ keyId }) => keyId === current.tags.keyId);
      if (key === undefined) broken.push(`${name}: the published key ${current.tags.keyId} is not in Entra`);
      else if (key.secretHash !== hashOfSecret(current.value))
        broken.push(`${name}: the published value is another key's`);
      else if (Date.parse(key.endDateTime) <= clock.nowMs)
        broken.push(`${name}: the published key has expired`);
    }
  }
  return broken;
}

/** What must hold once an update has gone through: no leftovers anywhere. Empty if there are none. */
export async function leftovers(
  stack: KeyturnStack,
  credentials: Readonly<Record<string, CredentialOutput>>,
): Promise<string[]> {
  const { entra } = stack.sandbox.store.state;
  const found: string[] = [];
  const known = new Set(
    Object.values(credentials).flatMap(({ current, previous }) => [current?.keyId, previous?.keyId]),
  );
  const managed = new Set(Object.values(credentials).map(({ applicationObjectId }) => applicationObjectId));
  for (const application of Object.values(entra.applications)) {
    for (const { keyId, displayName } of application.passwordCredentials) {
      const ours = parseSecretDisplayName(displayName ?? "") !== undefined;
      if (ours && !known.has(keyId)) found.push(`orphan key ${displayName} ${keyId}`);
    }
    const tags = application.properties.tags;
    const marked = Array.isArray(tags) && tags.some((tag) => String(tag).startsWith("keyturn:"));
    if (marked && !managed.has(application.id)) found.push(`orphan application ${application.displayName}`);
  }
  const checkpoint = JSON.parse(await stack.checkpoint()) as {
    checkpoint?: { latest?: { pending_operations?: unknown[] } };
  };
  const pending = checkpoint.checkpoint?.latest?.pending_operations ?? [];
  if (pending.length > 0) found.push(`${pending.length} pending operations`);
  return found;
}
