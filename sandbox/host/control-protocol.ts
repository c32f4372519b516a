import { z } from "zod";
import type { OutboxEntry } from "../events/state.ts";
import { type FaultRule, faultRequest } from "../faults/rule.ts";
import type { FaultCounter, FiredFault } from "../faults/state.ts";
import type { SentMessage } from "../mail/state.ts";
import type { AdvanceReport } from "../timeline/timeline.ts";
import type { LoggedCall } from "./call-log.ts";
import type { SandboxPorts } from "./state.ts";

/**
 * What a running sandbox can be asked for from outside its process: an operation's name, and the form of
 * its arguments. Carried as JSON over HTTP on the loopback interface.
 */
export const controlOperations = {
  status: z.strictObject({}),
  environment: z.strictObject({}),
  fillIn: z.strictObject({
    placeholders: z.array(
      z.strictObject({
        path: z.string(),
        kind: z.enum(["tenant", "group", "user", "identity"]),
        name: z.string(),
      }),
    ),
  }),
  advance: z.union([
    z.strictObject({ byMs: z.number().min(0) }),
    z.strictObject({ toMs: z.number(), allowBackwards: z.boolean().default(false) }),
  ]),
  addFault: faultRequest,
  listFaults: z.strictObject({}),
  clearFaults: z.strictObject({ id: z.string().optional() }),
  outbox: z.strictObject({}),
  mail: z.strictObject({}),
  calls: z.strictObject({ after: z.int().min(0).optional() }),
  recordMetric: z.strictObject({
    resourceId: z.string().min(1),
    namespace: z.string().min(1).nullable().default(null),
    name: z.string().min(1),
    dimensions: z.record(z.string(), z.string()).default({}),
    value: z.number(),
    /** Milliseconds since 1970. Now, if left out. */
    atMs: z.number().optional(),
  }),
  stop: z.strictObject({}),
} as const;

export type ControlOperation = keyof typeof controlOperations;
export type ControlInput<Name extends ControlOperation> = z.input<(typeof controlOperations)[Name]>;
export type ControlArgs<Name extends ControlOperation> = z.output<(typeof controlOperations)[Name]>;

/** An answer as it is sent. */
export const controlAnswer = z.discriminatedUnion("ok", [
  z.object({ ok: z.literal(true), result: z.unknown() }),
  /** `refused` is the caller's to put right; `failed` is the sandbox's own fault. */
  z.object({ ok: z.literal(false), kind: z.enum(["refused", "failed"]), message: z.string() }),
]);

/** How to reach the process that runs in a folder: the content of its `process.json`, mode 0600. */
export const processRecord = z.object({
  schemaVersion: z.literal(1),
  pid: z.int().positive(),
  /** Null while it starts. */
  control: z.object({ port: z.int().positive(), token: z.string().min(32) }).nullable(),
});

export type ProcessRecord = z.infer<typeof processRecord>;

/** What a running sandbox says of itself. */
export interface SandboxStatus {
  folder: string;
  pid: number;
  /** The sandbox clock: ISO 8601. */
  now: string;
  tenantId: string;
  subscriptionId: string;
  ports: SandboxPorts;
  holds: { applications: number; resources: number; vaults: number; secrets: number; faults: number };
  /** Ids of alert rules that are stored and not evaluated. */
  rulesNotEvaluated: string[];
  /** The same with the reasons. */
  notEvaluated: { id: string; why: string }[];
  /** The last things that were asked for and are not emulated, and failures of the sandbox itself. */
  reports: string[];
}

/** What each operation answers. */
export interface ControlResults {
  status: SandboxStatus;
  environment: Record<string, string>;
  /** The ids of whom the placeholders stand for, by setting path. */
  fillIn: Record<string, string>;
  advance: AdvanceReport;
  addFault: FaultRule;
  listFaults: {
    rules: readonly FaultRule[];
    counters: Record<string, FaultCounter>;
    fired: readonly FiredFault[];
  };
  clearFaults: number;
  outbox: readonly OutboxEntry[];
  /** Oldest first. */
  mail: readonly SentMessage[];
  calls: LoggedCall[];
  recordMetric: null;
  stop: null;
}
