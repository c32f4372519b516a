import * as pulumi from "@pulumi/pulumi";
import { RandomInteger } from "@pulumi/random/randomInteger.js";
import { DAY_MS } from "../duration.ts";
import { parseInstant } from "../instant.ts";
import type { Memory } from "../rotation/memory.ts";
import { decideOutcome, type Outcome, type Role, type Verdict } from "../rotation/outcome.ts";
import type { Plan } from "../rotation/plan-types.ts";
import type { Policy } from "../rotation/policy.ts";
import type { Published, SecretRecord } from "../rotation/published.ts";
import type { CredentialSettings } from "../settings/schema.ts";
import { declareApplication } from "./application.ts";
import { declareSlotSecret, type SlotSecret } from "./slot-secret.ts";

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
  /** Whether what is published is to be published in another vault as well. Default: false. */
  isToMove?: boolean;
  /** Whether application and service principal are protected against deletion. Default: true. */
  protect?: boolean;
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
        prove(args, { name, clientId, splayDays, secrets: { candidate, current } }),
      );

    this.clientId = application.clientId;
    this.applicationObjectId = application.objectId;
    this.outcome = pulumi.unsecret(
      proved.apply(({ published, memory, mayMove, keepAsItIs }) => ({
        published,
        memory,
        mayMove,
        keepAsItIs,
      })),
    );
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
  /** When Entra made it, by its own clock. */
  madeAtMs: number | undefined;
}

function resolved(secret: SlotSecret | undefined): pulumi.Output<KnownSecret | undefined> {
  if (secret === undefined) return pulumi.output(undefined);
  const { slot, generation, createdAtMs, expiresAtMs } = secret.planned;
  return pulumi
    .all([secret.value, secret.keyId, secret.createdAt, secret.expiresAt, secret.madeAt])
    .apply(([value, keyId, createdAt, expiresAt, madeAt]) => ({
      value,
      madeAtMs: timeOf(madeAt),
      record: {
        slot,
        generation,
        keyId,
        createdAtMs: parseInstant(createdAt) ?? createdAtMs,
        expiresAtMs: parseInstant(expiresAt) ?? expiresAtMs,
      },
    }));
}

/** Graph writes moments with and without parts of a second. */
function timeOf(text: string | undefined): number | undefined {
  const ms = Date.parse(text ?? "");
  return Number.isNaN(ms) ? undefined : ms;
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
  secrets: Readonly<Record<Role, KnownSecret | undefined>>;
}

/** Verifies what is to be published, or watches over what is. A preview promises nothing and asks nobody. */
async function prove(
  {
    policy,
    plan,
    published,
    memory,
    settingsDigest,
    nowMs,
    isToMove = false,
    ...args
  }: RotatingCredentialArgs,
  { name, clientId, splayDays, secrets }: Known,
): Promise<Outcome & { value: string | undefined }> {
  const deciding = decideOutcome({
    ...{ credential: name, clientId, policy, plan, published, memory, nowMs, splayDays },
    settings: settingsDigest,
    records: { candidate: secrets.candidate?.record, current: secrets.current?.record },
    candidateMadeAtMs: secrets.candidate?.madeAtMs,
    isToMove,
  });
  const dryRun = pulumi.runtime.isDryRun();
  let step = deciding.next();
  while (!step.done) {
    const { role, purpose } = step.value;
    const value = secrets[role]?.value ?? "";
    const verdict: Verdict = dryRun ? { ok: true } : await args.verify({ clientId, value }, purpose);
    step = deciding.next(verdict);
  }
  const { value, ...outcome } = step.value;
  return { ...outcome, value: value === undefined ? undefined : secrets[value]?.value };
}
