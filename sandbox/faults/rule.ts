import { z } from "zod";

/** Longest real wait a fault may cause: it holds up whoever runs the sandbox. */
export const REAL_DELAY_MAX_MS = 5_000;

const durationMs = z.int().min(0);

/** Whether the fault strikes before the operation, so that nothing happens, or after it, so that only the answer is lost. */
const after = z.boolean().default(false);

const effect = z.discriminatedUnion("kind", [
  /**
   * Answers with a status of its own. Without a body, an HTTPS service says what it says with that status; a
   * provider call fails with the message `body`.
   */
  z.strictObject({
    kind: z.literal("status"),
    status: z.int().min(400).max(599),
    body: z.string().optional(),
    headers: z.record(z.string(), z.string()).default({}),
    after,
  }),
  /**
   * Holds the call up: until the sandbox clock has moved by `ms`, or for `ms` of real time, which may
   * be 5 s at most.
   */
  z
    .strictObject({ kind: z.literal("delay"), ms: durationMs, clock: z.enum(["sandbox", "real"]) })
    .refine(({ ms, clock }) => clock === "sandbox" || ms <= REAL_DELAY_MAX_MS, {
      path: ["ms"],
      error: `a delay in real time is at most ${REAL_DELAY_MAX_MS} ms`,
    }),
  /** No answer until the fault is cleared or the caller gives up. */
  z.strictObject({ kind: z.literal("hang"), after }),
  /** The connection breaks. */
  z.strictObject({ kind: z.literal("reset"), after }),
  /** The first half of the answer's body, then the connection breaks. HTTPS only. */
  z.strictObject({ kind: z.literal("half") }),
  /** The operation sees the state of `ageMs` ago by the sandbox clock (slow propagation) or before the last `updates`. */
  z
    .strictObject({
      kind: z.literal("stale"),
      ageMs: durationMs.optional(),
      updates: z.int().min(1).max(100).optional(),
    })
    .refine(({ ageMs, updates }) => (ageMs === undefined) !== (updates === undefined), {
      error: "give either ageMs or updates",
    }),
  /** The sandbox's process dies (SIGKILL) at this point. */
  z.strictObject({ kind: z.literal("kill"), after }),
]);

const when = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("always") }),
  /** The `n`-th call that matches, counted from 1, and no other. */
  z.strictObject({ kind: z.literal("nth"), n: z.int().min(1) }),
  /** The `n`-th call that matches, and every later one: an outage that begins there. */
  z.strictObject({ kind: z.literal("from"), n: z.int().min(1) }),
  /** The `n`-th, the `2n`-th … */
  z.strictObject({ kind: z.literal("every"), n: z.int().min(1) }),
  /** With chance `p`. The same seed throws the same dice again; without one the sandbox's own is used. */
  z.strictObject({
    kind: z.literal("probability"),
    p: z.number().gt(0).max(1),
    seed: z.string().min(1).optional(),
  }),
]);

/** A fault as a user asks for it. */
export const faultRequest = z
  .strictObject({
    match: z
      .strictObject({
        face: z.enum(["provider", "https", "smtp"]).optional(),
        /** Glob over the operation's name, e.g. `azuread.create` or `graph.*`. */
        operation: z.string().min(1).optional(),
        /** Glob over the path, e.g. `**\/secrets/**`; `*` stays within a segment. */
        path: z.string().min(1).optional(),
      })
      .default({}),
    when: when.default({ kind: "always" }),
    /** How often it fires at most; without limit if left out. */
    times: z.int().min(1).optional(),
    effect,
  })
  .refine(({ match, effect }) => effect.kind !== "half" || (match.face ?? "https") === "https", {
    path: ["effect"],
    error: "half an answer is possible on the https face only",
  });

export type FaultRequest = z.input<typeof faultRequest>;
export type FaultEffect = z.output<typeof effect>;
export type FaultWhen = z.output<typeof when>;

/** A fault that is set up. */
export type FaultRule = z.output<typeof faultRequest> & { id: string };
