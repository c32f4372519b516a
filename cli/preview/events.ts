import { createHash } from "node:crypto";
import { z } from "zod";
import { partsOfUrn } from "../engine/urn.ts";
import { kindOf } from "./kind.ts";

/** What the engine would do with one resource. */
export type Operation = "create" | "update" | "replace" | "delete" | "same";

export interface Step {
  operation: Operation;
  urn: string;
  type: string;
  name: string;
  /** The provider's id of the resource that exists; undefined if there is none. */
  id: string | undefined;
  /** The resource that this one belongs to. */
  parent: { type: string; name: string } | undefined;
  /** Paths of the inputs that change, without values. */
  changed: string[];
  /** Inputs before and after: only the ones that a reader is told about, none of them ever a secret. */
  before: Record<string, unknown>;
  after: Record<string, unknown>;
  /** Of all inputs after the step, in which the engine has put `[secret]` for each secret: the same for the same inputs. */
  digest: string;
}

/** What the policy pack says. */
export interface PolicyFinding {
  rule: string;
  level: string;
  resource: string;
  message: string;
}

/** What is kept of an engine's events. */
export interface PreviewEvents {
  /** In the order of their URNs: the engine's own order differs from run to run. */
  steps: Step[];
  errors: string[];
  policy: PolicyFinding[];
  /** How many of the policy pack's rules were held against something; 0 without a pack. */
  rulesJudged: number;
}

/** The inputs that a reader is told about, by type. Nothing else of a resource is kept. */
const TOLD: Readonly<Record<string, readonly string[]>> = {
  "azuread:index/application:Application": [
    "displayName",
    "signInAudience",
    "owners",
    "requiredResourceAccesses",
    "web",
    "singlePageApplication",
    "publicClient",
  ],
  "azuread:index/servicePrincipal:ServicePrincipal": ["owners"],
  "azuread:index/applicationPassword:ApplicationPassword": ["displayName", "endDate"],
  "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential": [
    "issuer",
    "subject",
    "audiences",
  ],
  "azure-native:keyvault:Vault": ["properties"],
  // Names and dates, and the id of the secret that a version is of; never its value.
  "azure-native:keyvault:Secret": ["tags"],
  "azure-native:authorization:RoleAssignment": ["principalId", "principalType", "roleDefinitionId", "scope"],
};

const state = z.object({
  id: z.string().optional(),
  parent: z.string().optional(),
  inputs: z.record(z.string(), z.unknown()).nullish(),
});
/** Which rules of the pack were asked, of a resource or of the whole stack. */
const judgedSchema = z.object({
  passed: z.array(z.string()).nullish(),
  failed: z.array(z.string()).nullish(),
});

const eventSchema = z.object({
  resourcePreEvent: z
    .object({
      metadata: z.object({
        op: z.string(),
        urn: z.string(),
        type: z.string(),
        old: state.nullish(),
        new: state.nullish(),
        diffs: z.array(z.string()).nullish(),
        detailedDiff: z.record(z.string(), z.unknown()).nullish(),
      }),
    })
    .optional(),
  diagnosticEvent: z.object({ severity: z.string(), message: z.string() }).optional(),
  policyEvent: z
    .object({
      resourceUrn: z.string().optional(),
      message: z.string(),
      policyName: z.string(),
      enforcementLevel: z.string(),
    })
    .optional(),
  policyAnalyzeSummaryEvent: judgedSchema.optional(),
  policyAnalyzeStackSummaryEvent: judgedSchema.optional(),
});

/** Of a replacement the engine tells in several steps; of `refresh` and `discard` nothing is to be told. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  create: "create",
  import: "create",
  update: "update",
  delete: "delete",
  same: "same",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
  "import-replacement": "replace",
};

/**
 * Reads the engine's events, one JSON document a line, as `pulumi preview --json` prints them with
 * `PULUMI_ENABLE_STREAMING_JSON_PREVIEW`. Lines that are none are skipped.
 */
export function readEvents(lines: Iterable<string>): PreviewEvents {
  const steps = new Map<string, Step>();
  const removals: Step[] = [];
  const errors: string[] = [];
  const policy: PolicyFinding[] = [];
  const judged = new Set<string>();
  for (const line of lines) {
    const event = parseLine(line) ?? {};
    const { resourcePreEvent, diagnosticEvent, policyEvent } = event;
    for (const summary of [event.policyAnalyzeSummaryEvent, event.policyAnalyzeStackSummaryEvent]) {
      for (const rule of [...(summary?.passed ?? []), ...(summary?.failed ?? [])]) judged.add(rule);
    }
    if (resourcePreEvent !== undefined) {
      const step = stepOf(resourcePreEvent.metadata);
      if (step !== undefined && resourcePreEvent.metadata.op === "delete-replaced") removals.push(step);
      else if (step !== undefined) steps.set(step.urn, joined(steps.get(step.urn), step));
    }
    // Only errors: a debug message may repeat what a provider was sent.
    if (diagnosticEvent?.severity === "error") errors.push(inShort(diagnosticEvent.message.trim()));
    if (policyEvent !== undefined) {
      const { policyName, enforcementLevel, resourceUrn = "", message } = policyEvent;
      const { type, name } = partsOfUrn(resourceUrn);
      policy.push({
        rule: policyName,
        level: enforcementLevel,
        resource: `${kindOf(type)} ${name}`.trim(),
        // The rule's description comes first, on a line of its own.
        message: message.trim().split("\n").slice(1).join(" ") || message.trim(),
      });
    }
  }
  const leftovers: Step[] = [];
  for (const removal of removals) {
    const step = steps.get(removal.urn);
    // An update that died had replaced it already: what it left undone is the deletion of another resource.
    const isLeftOver = step !== undefined && step.operation !== "replace" && step.id !== removal.id;
    if (isLeftOver) leftovers.push({ ...removal, operation: "delete" });
    else steps.set(removal.urn, joined(step, removal));
  }
  return {
    steps: [...steps.values(), ...leftovers].toSorted(by(({ urn, id = "" }) => `${urn} ${id}`)),
    errors: withoutEcho(
      linesOf([...new Set(errors)].sort()),
      policy.some(({ level }) => level === "mandatory"),
    ),
    policy: policy.toSorted(
      by(({ level, rule, resource }) => `${level === "mandatory" ? 0 : 1} ${rule} ${resource}`),
    ),
    rulesJudged: judged.size,
  };
}

/** The engine says it in four lines, with the URN in two of them. */
function inShort(error: string): string {
  const urn = /resource "(urn:pulumi:[^"]+)" cannot be deleted\s+because it is protected/.exec(error)?.[1];
  if (urn === undefined) return error;
  const { type, name } = partsOfUrn(urn);
  return `${kindOf(type)} ${name} is protected and cannot be deleted. If that is what you want: pulumi state unprotect '${urn}'`;
}

/** The engine's last word says nothing beside those before it, or beside the policy that was broken. */
function withoutEcho(errors: readonly string[], isForbidden: boolean): string[] {
  const others = errors.filter((error) => error !== "preview failed");
  return others.length > 0 || isForbidden ? others : [...errors];
}

function linesOf(texts: readonly string[]): string[] {
  return texts.flatMap((text) => text.split("\n").map((line) => line.trim())).filter((line) => line !== "");
}

function parseLine(line: string): z.infer<typeof eventSchema> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return eventSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

type Metadata = NonNullable<z.infer<typeof eventSchema>["resourcePreEvent"]>["metadata"];

function stepOf(metadata: Metadata): Step | undefined {
  const { op, urn, type } = metadata;
  const operation = OPERATIONS[op];
  if (operation === undefined) return undefined;
  const [before, after] = [metadata.old ?? undefined, metadata.new ?? undefined];
  const parent = after?.parent ?? before?.parent;
  return {
    operation,
    urn,
    type,
    name: partsOfUrn(urn).name,
    id: before?.id === "" ? undefined : before?.id,
    parent: parent === undefined || parent === "" ? undefined : partsOfUrn(parent),
    changed: [
      ...new Set(
        Object.keys(metadata.detailedDiff ?? {}).concat(metadata.detailedDiff ? [] : (metadata.diffs ?? [])),
      ),
    ].sort(),
    before: told(type, before?.inputs),
    after: told(type, after?.inputs),
    digest: digestOf(after?.inputs ?? null),
  };
}

function digestOf(inputs: Record<string, unknown> | null): string {
  return createHash("sha256")
    .update(JSON.stringify(inOneOrder(inputs)))
    .digest("hex");
}

const NOTHING_AFTER = digestOf(null);

function inOneOrder(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(inOneOrder);
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(by(([name]) => name))
      .map(([name, each]) => [name, inOneOrder(each)]),
  );
}

function told(type: string, inputs: Record<string, unknown> | null | undefined): Record<string, unknown> {
  return Object.fromEntries((TOLD[type] ?? []).map((name) => [name, inputs?.[name]]));
}

function joined(earlier: Step | undefined, later: Step): Step {
  if (earlier === undefined) return later;
  const filled = (x: Record<string, unknown>, y: Record<string, unknown>) =>
    Object.values(x).some((value) => value !== undefined) ? x : y;
  return {
    ...later,
    operation: earlier.operation === "replace" || later.operation === "replace" ? "replace" : later.operation,
    id: earlier.id ?? later.id,
    parent: earlier.parent ?? later.parent,
    changed: [...new Set([...earlier.changed, ...later.changed])].sort(),
    before: filled(earlier.before, later.before),
    after: filled(earlier.after, later.after),
    // Of the steps of a replacement, the deletion has nothing after it.
    digest: later.digest === NOTHING_AFTER ? earlier.digest : later.digest,
  };
}

function by<T>(keyOf: (item: T) => string): (x: T, y: T) => number {
  return (x, y) => (keyOf(x) < keyOf(y) ? -1 : keyOf(x) > keyOf(y) ? 1 : 0);
}
