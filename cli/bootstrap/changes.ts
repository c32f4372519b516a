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
  /** What a person must see before agreeing. */
  warning?: string;
}

/** What a preview says has to be done. */
export interface BootstrapChanges {
  changes: BootstrapChange[];
  /** What an update is to be held to: the changes, and the components that come with them. */
  targets: string[];
}

const stateSchema = z.object({ inputs: z.record(z.string(), z.unknown()).default({}) }).nullish();
const previewSchema = z.object({
  steps: z.array(
    z.object({
      op: z.string(),
      urn: z.string(),
      oldState: stateSchema,
      newState: stateSchema,
      detailedDiff: z.record(z.string(), z.object({ kind: z.string() })).nullish(),
    }),
  ),
});

type Step = z.infer<typeof previewSchema>["steps"][number];

const FEDERATION = "azure-native:managedidentity:FederatedIdentityCredential";

/**
 * Reads a preview. Pure. The engine goes about in an order of its own each time; people read that of the declaration.
 *
 * What is there is read from Azure, with all that Azure has filled in and people have added, tags for instance: what the
 * program does not speak of is left alone.
 */
export function bootstrapChanges(
  previewJson: string,
  declared: readonly Pick<DeclaredResource, "type" | "name">[],
): BootstrapChanges {
  const { steps } = previewSchema.parse(JSON.parse(previewJson));
  const changes: BootstrapChange[] = [];
  const components: string[] = [];
  for (const step of steps) {
    const operation = OPERATIONS.find((each) => each === step.op);
    if (operation === undefined) continue;
    const { urn } = step;
    const { type, name } = partsOfUrn(urn);
    if (!type.startsWith("azure")) {
      components.push(urn);
      continue;
    }
    const differing = Object.entries(step.detailedDiff ?? {});
    const paths = differing
      .filter(([path, { kind }]) => counts(step, type, path, kind))
      .map(([path]) => path);
    if (operation === "update" && paths.length === 0 && differing.length > 0) continue;
    const change = { operation, urn, type, name, paths: operation === "create" ? [] : paths };
    const warning = warningOf(step, type);
    changes.push(warning === undefined ? change : { ...change, warning });
  }
  const order = new Map(declared.map(({ type, name }, index) => [`${type} ${name}`, index]));
  const place = ({ type, name }: BootstrapChange) => order.get(`${type} ${name}`) ?? order.size;
  changes.sort((a, b) => place(a) - place(b));
  const targets = changes.length === 0 ? [] : [...components, ...changes.map(({ urn }) => urn)];
  return { changes, targets };
}

/** Whether a difference is one that matters. */
function counts({ oldState, newState }: Step, type: string, path: string, kind: string): boolean {
  // A list says all that it holds; of anything else, Azure may have more than the program speaks of.
  if (kind.startsWith("delete")) return path.endsWith("]");
  if (type === FEDERATION || path.startsWith("tags")) return true;
  // Azure reads its own words and ids without regard to case, and answers in a spelling of its own.
  const [before, after] = [valueAt(oldState?.inputs, path), valueAt(newState?.inputs, path)];
  return !(
    typeof before === "string" &&
    typeof after === "string" &&
    before.toLowerCase() === after.toLowerCase()
  );
}

function valueAt(inputs: unknown, path: string): unknown {
  let found = inputs;
  for (const key of path.split(/[.[\]]+/).filter((part) => part !== "")) {
    found = (found as Record<string, unknown> | undefined)?.[key];
  }
  return found;
}

/** An identity that changes hands: another repository's, perhaps, that was bootstrapped under the same name. */
function warningOf({ op, oldState, newState }: Step, type: string): string | undefined {
  if (type !== FEDERATION || op !== "update") return undefined;
  const [before, after] = [oldState, newState].map(
    (state) => `${state?.inputs.issuer} ${state?.inputs.subject}`,
  );
  return before === after ? undefined : `takes tokens of ${after}, and no longer those of ${before}`;
}
