import * as pulumi from "@pulumi/pulumi";
import { RandomInteger } from "@pulumi/random/randomInteger.js";
import { DAY_MS } from "../duration.ts";
import { parseInstant } from "../instant.ts";
import type { Memory } from "../rotation/memory.ts";
import type { Plan, Publication } from "../rotation/plan.ts";
import type { Policy } from "../rotation/policy.ts";
import { type Published, rotateAfterMs, type SecretRecord } from "../rotation/published.ts";
import type { CredentialSettings } from "../settings/schema.ts";
import { declareApplication } from "./application.ts";
import { declareSlotSecret, type SlotSecret } from "./slot-secret.ts";
import type { Verdict } from "./verify.ts";

/** Proves that a secret works. */
export type Verify = (
  secret: { clientId: string; value: string },
  purpose: "publish" | "watch",
) => Promise<Verdict>;

export interface RotatingCredentialArgs {
  stack: string;
  /** The application; a change of its display name or permissions is made in place. */
  application: CredentialSettings["application"];
  /** Object ids of the application's owners. */
  owners: pulumi.Input<string>[];
  policy: Policy;
  plan: Plan;
  /** What the vault publishes now. */
  published: Published | undefined;
  memory: Memory;
  /** Digest of the credential's settings. */
  settingsDigest: string;
  nowMs: number;
  verify: Verify;
  /** Whether application and service principal are protected against deletion. Default: true. */
  protect?: boolean;
}

/** What this update leads to, without any secret value. */
export interface Outcome {
  /** What is to be published; undefined if there is nothing that may be. */
  published: Published | undefined;
  memory: Memory;
}

/**
 * A credential: its application, the secrets in its two slots, and the proof that the one to be published
 * works. Which secrets there are is the plan's decision.
 */
export class RotatingCredential extends pulumi.ComponentResource {
  readonly clientId: pulumi.Output<string>;
  readonly applicationObjectId: pulumi.Output<string>;
  readonly outcome: pulumi.Output<Outcome>;
  /** The value to publish, a secret. Belongs to `outcome.published`. */
  readonly value: pulumi.Output<string>;

  constructor(name: string, args: RotatingCredentialArgs, opts?: pulumi.ComponentResourceOptions) {
    super("keyturn:credential:RotatingCredential", name, {}, opts);
    const { plan, protect = true } = args;

    const application = declareApplication({ ...args, name, protect }, this);
    const splay = declareSplay(name, args.policy, this);
    const slots = plan.slots.map((secret) =>
      declareSlotSecret({ stack: args.stack, credential: name, applicationId: application.id, secret }, this),
    );
    const candidate = secretOf(slots, plan.publish?.secret);
    const current = secretOf(slots, plan.current);
    const proved = pulumi
      .all([
        application.clientId,
        splay,
        resolved(candidate),
        resolved(current),
        principalIds(application.ready),
      ])
      .apply(([clientId, splayDays, candidate, current]) =>
        prove(args, { name, clientId, splayDays, candidate, current }),
      );

    this.clientId = application.clientId;
    this.applicationObjectId = application.objectId;
    this.outcome = pulumi.unsecret(proved.apply(({ published, memory }) => ({ published, memory })));
    this.value = pulumi.secret(proved.apply(({ value }) => value ?? ""));
    this.registerOutputs({ clientId: this.clientId, applicationObjectId: this.applicationObjectId });
  }
}

/** The days by which this credential's rotations are put off. A changed maximum draws anew, for the next rotation. */
function declareSplay(name: string, policy: Policy, parent: pulumi.Resource): pulumi.Output<number> {
  const maxDays = Math.round(policy.splayMs / DAY_MS);
  return new RandomInteger(`${name}-splay`, { min: 0, max: maxDays }, { parent }).result;
}

function secretOf(
  slots: SlotSecret[],
  wanted: { slot: string; generation: number } | undefined,
): SlotSecret | undefined {
  return slots.find(
    ({ planned }) => planned.slot === wanted?.slot && planned.generation === wanted.generation,
  );
}

/** A slot's secret with its value known. */
interface KnownSecret {
  value: string;
  record: SecretRecord;
}

function resolved(secret: SlotSecret | undefined): pulumi.Output<KnownSecret | undefined> {
  if (secret === undefined) return pulumi.output(undefined);
  const { slot, generation, createdAtMs, expiresAtMs } = secret.planned;
  return pulumi
    .all([secret.value, secret.keyId, secret.createdAt, secret.expiresAt])
    .apply(([value, keyId, createdAt, expiresAt]) => ({
      value,
      record: {
        slot,
        generation,
        keyId,
        createdAtMs: parseInstant(createdAt) ?? createdAtMs,
        expiresAtMs: parseInstant(expiresAt) ?? expiresAtMs,
      },
    }));
}

/** A token needs the service principal: waiting for its id waits for its creation. */
function principalIds(ready: pulumi.Resource[]): pulumi.Output<string[]> {
  return pulumi.all(
    ready.flatMap((resource) => (resource instanceof pulumi.CustomResource ? [resource.id] : [])),
  );
}

interface Known {
  name: string;
  clientId: string;
  splayDays: number;
  candidate: KnownSecret | undefined;
  current: KnownSecret | undefined;
}

/** Verifies what is to be published, or watches over what is. A preview promises nothing and asks nobody. */
async function prove(
  args: RotatingCredentialArgs,
  known: Known,
): Promise<Outcome & { value: string | undefined }> {
  const { plan, memory } = args;
  const dryRun = pulumi.runtime.isDryRun();
  const verify = (value: string, purpose: "publish" | "watch"): Promise<Verdict> =>
    dryRun ? Promise.resolve({ ok: true }) : args.verify({ clientId: known.clientId, value }, purpose);

  if (plan.publish !== undefined && known.candidate !== undefined) {
    const verdict = await verify(known.candidate.value, "publish");
    if (verdict.ok) {
      return {
        value: known.candidate.value,
        published: publishedOf(args, known, plan.publish, known.candidate.record),
        memory: {
          ...memory,
          ...retired(plan),
          failure: undefined,
          broken: undefined,
          request: plan.requestDone,
        },
      };
    }
    return {
      value: known.current?.value,
      published: args.published,
      memory: { ...memory, ...retired(plan), failure: failureAfter(args, plan.publish, verdict) },
    };
  }
  return watch(args, known, verify);
}

/** Nothing new is published: makes sure that what is published still works. */
async function watch(
  { plan, memory, published }: RotatingCredentialArgs,
  { name, current }: Known,
  verify: (value: string, purpose: "publish" | "watch") => Promise<Verdict>,
): Promise<Outcome & { value: string | undefined }> {
  const remembered = { ...memory, ...retired(plan), request: plan.requestDone };
  if (published === undefined || current === undefined) {
    return { value: undefined, published, memory: { ...remembered, broken: undefined } };
  }
  const { keyId } = current.record;
  const remade = keyId !== published.current.keyId;
  const verdict = await verify(current.value, remade ? "publish" : "watch");
  if (remade && !verdict.ok) {
    // What is published cannot be kept, for its value is gone, and what replaces it is not proved: stop.
    throw new Error(
      `the secret of ${name} had been deleted and was made again, but does not pass verification: ${verdict.reason}`,
    );
  }
  return {
    value: current.value,
    published: { ...published, current: { ...published.current, keyId } },
    memory: {
      ...remembered,
      broken: verdict.ok
        ? undefined
        : { generation: published.current.generation, kind: verdict.kind, reason: verdict.reason },
    },
  };
}

/** A retirement is remembered before the secret is gone: the engine deletes last. */
function retired(plan: Plan): Pick<Memory, "retiredGeneration"> {
  return { retiredGeneration: plan.retiredGeneration };
}

function publishedOf(
  { policy, nowMs }: RotatingCredentialArgs,
  known: Known,
  publication: Publication,
  current: SecretRecord,
): Published {
  const splayDays = publication.splayDays ?? known.splayDays;
  return {
    credential: known.name,
    clientId: known.clientId,
    current,
    rotateAfterMs:
      publication.rotateAfterMs ?? rotateAfterMs(current.createdAtMs || nowMs, policy.periodMs, splayDays),
    splayDays,
    previous: publication.previous,
    request: publication.request,
  };
}

function failureAfter(
  { memory, nowMs, settingsDigest }: RotatingCredentialArgs,
  publication: Publication,
  verdict: Verdict & { ok: false },
): NonNullable<Memory["failure"]> {
  return {
    generation: publication.secret.generation,
    kind: verdict.kind,
    reason: verdict.reason,
    attempts: (memory.failure?.attempts ?? 0) + 1,
    lastAttemptAtMs: nowMs,
    settings: settingsDigest,
  };
}
