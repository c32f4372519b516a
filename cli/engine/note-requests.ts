import { parseRequests } from "../../infra/settings/requests.ts";
import type { RequestSettings } from "../../infra/settings/schema.ts";
import { CommandError } from "../exit-codes.ts";
import { exportText, importStack, parseExport } from "./checkpoint.ts";
import type { Engine } from "./engine.ts";
import type { ExportedStack } from "./pending.ts";

/**
 * Writes what is asked of this update into the stack's memory before it begins: an update that fails or is killed
 * does not forget it, and the next one carries on with it.
 *
 * Only the checkpoint can hold it. A program says what the stack remembers at its end, which a killed one does not
 * reach; and what its resources remember is known to it only once it has planned.
 * @throws CommandError if another update works on the stack: nothing was asked of it then.
 */
export async function noteRequests(engine: Engine): Promise<void> {
  const text = engine.env.KEYTURN_REQUESTS;
  if (text === undefined || text === "") return;
  const before = await exportText(engine);
  const noted = withPending(parseExport(before), parseRequests(text));
  if (noted === undefined) return;
  // An import takes the stack's lock, but says nothing of what somebody else wrote since the export.
  if ((await exportText(engine)) !== before) {
    throw new CommandError(
      `another update of stack ${engine.stack} is under way, so nothing was done: wait for its end, and ask again`,
    );
  }
  await importStack(engine, noted);
}

/**
 * The stack with these requests in its memory; undefined if that changes nothing. A credential that the stack does
 * not know yet has no secret that anything could be asked for.
 */
export function withPending(
  stack: ExportedStack,
  requests: Readonly<Record<string, RequestSettings>>,
): ExportedStack | undefined {
  const { resources = [], ...rest } = stack.deployment ?? {};
  const at = resources.findIndex(({ type }) => type === "pulumi:pulumi:Stack");
  const outputs = resources[at]?.outputs as { credentials?: Record<string, Remembered> } | undefined;
  const known = outputs?.credentials;
  if (known === undefined) return undefined;
  const open = Object.entries(requests).filter(
    ([name, { id }]) => known[name] !== undefined && !(known[name].requests ?? []).includes(id),
  );
  if (open.length === 0) return undefined;
  const credentials = {
    ...known,
    ...Object.fromEntries(open.map(([name, pending]) => [name, { ...known[name], pending }])),
  };
  const resource = { ...resources[at], outputs: { ...outputs, credentials } };
  return { ...stack, deployment: { ...rest, resources: resources.with(at, resource) } };
}

/** A credential's output, as far as it matters here. */
interface Remembered {
  requests?: string[];
}
