import { z } from "zod";
import type { Engine } from "./engine.ts";
import type { PendingCreate } from "./pending.ts";

/** A resource that the next update would make. */
export interface PlannedCreate extends PendingCreate {
  /** As it would stand in the checkpoint, without secrets. */
  state: Record<string, unknown>;
}

/** What the engine puts where a secret was. */
const MASK = "[secret]";
/**
 * And where a value is not known before something else is made
 * (https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/plugin/rpc.go, UnknownStringValue).
 */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const previewSchema = z.object({
  steps: z
    .array(
      z.object({
        op: z.string(),
        newState: z
          .looseObject({
            urn: z.string(),
            type: z.string(),
            custom: z.boolean().optional(),
            inputs: z.record(z.string(), z.unknown()).default({}),
          })
          .nullish(),
      }),
    )
    .default([]),
});

/**
 * What the next update would make, in the engine's order.
 * @returns nothing if the preview fails: why, the update itself has said.
 */
export async function plannedCreates(engine: Engine): Promise<PlannedCreate[]> {
  const { exitCode, stdout } = await engine.run(["preview", "--json"]);
  return exitCode === 0 ? createsIn(stdout) : [];
}

/**
 * Of the document that `pulumi preview --json` prints; nothing if it is none. Left out is what depends on something
 * that has still to be made: it cannot be there.
 */
export function createsIn(document: string): PlannedCreate[] {
  let steps: z.infer<typeof previewSchema>["steps"];
  try {
    ({ steps } = previewSchema.parse(JSON.parse(document)));
  } catch {
    return [];
  }
  return steps.flatMap(({ op, newState }) => {
    if (op !== "create" || newState?.custom !== true) return [];
    if (JSON.stringify(newState.inputs).includes(UNKNOWN)) return [];
    // Where the program stood says nothing once it is made.
    const { sourcePosition: _position, stackTrace: _trace, ...kept } = newState;
    const inputs = withoutSecrets(newState.inputs) as Record<string, unknown>;
    const { urn, type } = newState;
    return [{ urn, type, inputs, state: { ...kept, inputs } }];
  });
}

/** A masked secret is no value: left out, it is written again by the next update. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, each]) => (each === MASK ? [] : [[name, withoutSecrets(each)]])),
  );
}
