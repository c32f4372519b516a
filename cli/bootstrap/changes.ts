import { z } from "zod";
import type { DeclaredResource } from "../../infra/identity/declared-resources.ts";
import { partsOfUrn } from "../engine/urn.ts";

const OPERATIONS = ["create", "update", "replace"] as const;

/** Something that a run has to do in Azure. */
export interface BootstrapChange {
  operation: (typeof OPERATIONS)[number];
  urn: string;
  type: string;
  name: string;
  /** What differs, without values. */
  paths: string[];
}

const previewSchema = z.object({
  steps: z.array(
    z.object({
      op: z.string(),
      urn: z.string(),
      detailedDiff: z.record(z.string(), z.object({ kind: z.string() })).nullish(),
    }),
  ),
});

/** What a preview says has to be done. */
export interface BootstrapChanges {
  changes: BootstrapChange[];
  /** What an update is to be held to: the changes, and the components that come with them. */
  targets: string[];
}

/**
 * Reads a preview. Pure. The engine goes about in an order of its own each time; people read that of the declaration.
 *
 * What is there is read from Azure, with all that Azure has filled in and people have added, tags for instance: what the
 * program does not speak of is left alone. Only inside a list does it matter: a list says all that it holds.
 */
export function bootstrapChanges(
  previewJson: string,
  declared: readonly Pick<DeclaredResource, "type" | "name">[],
): BootstrapChanges {
  const { steps } = previewSchema.parse(JSON.parse(previewJson));
  const changes: BootstrapChange[] = [];
  const components: string[] = [];
  for (const { op, urn, detailedDiff } of steps) {
    const operation = OPERATIONS.find((each) => each === op);
    if (operation === undefined) continue;
    const { type, name } = partsOfUrn(urn);
    if (!type.startsWith("azure")) {
      components.push(urn);
      continue;
    }
    const differing = Object.entries(detailedDiff ?? {});
    const paths = differing
      .filter(([path, { kind }]) => !kind.startsWith("delete") || path.includes("["))
      .map(([path]) => path);
    if (operation === "update" && paths.length === 0 && differing.length > 0) continue;
    changes.push({ operation, urn, type, name, paths: operation === "create" ? [] : paths });
  }
  const order = new Map(declared.map(({ type, name }, index) => [`${type} ${name}`, index]));
  const place = ({ type, name }: BootstrapChange) => order.get(`${type} ${name}`) ?? order.size;
  changes.sort((a, b) => place(a) - place(b));
  const targets = changes.length === 0 ? [] : [...components, ...changes.map(({ urn }) => urn)];
  return { changes, targets };
}
