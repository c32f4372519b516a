import { z } from "zod";
import { severities } from "../alerts/severity.ts";
import { DAY_MS, DURATION_FORM, parseDuration } from "../duration.ts";
import { parseLooseInstant } from "../instant.ts";
import { applicationPermissions, delegatedPermissions, nearestName } from "./permissions.ts";

/**
 * The shape of the stack's settings (`keyturn:*` in `Pulumi.<stack>.yaml`). Every setting is checked by
 * itself here; what must hold between settings stands in `consistency.ts`.
 */

/** What is said of a key that no setting has. */
export const UNKNOWN_SETTING = "is no setting";
/** What is said of a setting that has to be there. */
export const MISSING_SETTING = "is missing";

const guid = z
  .string()
  .regex(
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
    "must be a GUID such as 4633458b-17de-408a-b874-0445c86b69e6",
  )
  .transform((text) => text.toLowerCase());

/** A duration as text; parsed to milliseconds. */
const duration = z.string({ error: `must be ${DURATION_FORM}` }).transform((text, context) => {
  const durationMs = parseDuration(text);
  if (durationMs === undefined) {
    context.addIssue({ code: "custom", message: `must be ${DURATION_FORM}`, input: text });
    return z.NEVER;
  }
  return durationMs;
});

const instant = z.string().transform((text, context) => {
  const ms = parseLooseInstant(text);
  if (ms === undefined) {
    const message = "must be a date such as 2026-12-01 or 2026-12-01T09:00:00Z";
    context.addIssue({ code: "custom", message, input: text });
    return z.NEVER;
  }
  return ms;
});

/** Key Vault accepts 1 to 127 letters, digits and dashes for a secret's name (https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#objects-identifiers-and-versioning). Lower case keeps URLs and file names alike. */
export const credentialName = z
  .string()
  .regex(
    /^[a-z]([a-z0-9-]{0,58}[a-z0-9])?$/,
    "must be 1 to 60 lower-case letters, digits and dashes, beginning with a letter: it becomes the name of a Key Vault secret",
  )
  .refine((name) => !name.includes("--"), "must not contain two dashes in a row");

function permissionNames(known: ReadonlyMap<string, unknown>, kind: string) {
  return z
    .array(
      z.string().superRefine((name, context) => {
        if (known.has(name)) return;
        const near = nearestName(name, known.keys());
        const meant = near === undefined ? "" : ` (did you mean ${near}?)`;
        const message = `is no ${kind} permission${meant}; known: ${[...known.keys()].join(", ")}`;
        context.addIssue({ code: "custom", message, input: name });
      }),
    )
    .default([]);
}

const permissions = z
  .strictObject({
    /** Used on behalf of a signed-in user. */
    delegated: permissionNames(delegatedPermissions, "delegated"),
    /** Used as the application itself; an administrator has to consent. */
    application: permissionNames(applicationPermissions, "application"),
  })
  .default({ delegated: [], application: [] });

const redirectUri = z
  .url({ error: "must be an absolute URL" })
  .max(256, "must be at most 256 characters")
  .refine(
    (text) => !URL.canParse(text) || text.startsWith("https://") || new URL(text).hostname === "localhost",
    "must use https (http is allowed for localhost only)",
  );

/** An application that Keyturn creates. */
const newApplication = z.strictObject({
  displayName: z.string().min(1, "must not be empty").max(120, "must be at most 120 characters"),
  /** Who may sign in. Default: this tenant only. */
  audience: z
    .enum(["AzureADMyOrg", "AzureADMultipleOrgs"], {
      error:
        "must be AzureADMyOrg or AzureADMultipleOrgs (an application open to personal accounts holds at most two secrets, too few to rotate safely beside a hand-made one)",
    })
    .default("AzureADMyOrg"),
  permissions,
  redirectUris: z.array(redirectUri).default([]),
});

/** An application that exists already and whose other properties stay as they are. */
const existingApplication = z.strictObject({ clientId: guid });

/** One of the two, by whether `clientId` is given: so that an error speaks of the kind that was meant. */
const application = z.unknown().transform((input, context) => {
  const existing = typeof input === "object" && input !== null && "clientId" in input;
  const parsed = (existing ? existingApplication : newApplication).safeParse(input, { reportInput: true });
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    // A nested issue keeps its kind here, but `addIssue` would lose which keys were not recognised.
    const paths =
      issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
    const isMissing = issue.code === "invalid_type" && issue.input === undefined;
    const message =
      issue.code === "unrecognized_keys" ? UNKNOWN_SETTING : isMissing ? MISSING_SETTING : issue.message;
    for (const path of paths) context.addIssue({ code: "custom", message, path, input: issue.input });
  }
  return z.NEVER;
});

/** Somebody that reads the published secret. */
const consumer = z.strictObject({
  name: credentialName,
  /** The object id of the service's identity. */
  principalId: guid,
  principalType: z.enum(["ServicePrincipal", "Group"]).default("ServicePrincipal"),
});

const rotationFields = {
  /** How long a secret is valid. */
  lifetime: duration,
  /** How often it is replaced. */
  period: duration,
  /** How long the previous secret stays valid after a rotation. */
  overlap: duration,
  /** The most that a credential's rotations are put off, so that not all rotate on one day. */
  splay: duration,
};
const rotation = z.strictObject(rotationFields);
const partialRotation = rotation.partial();

const hold = z.strictObject({
  until: instant,
  reason: z.string().min(1, "must not be empty").max(200, "must be at most 200 characters"),
  /** Hold even past the date up to which holding is safe. Default: false. */
  pastSafeDate: z.boolean().default(false),
});

/** How a new secret is proved, if the stack says nothing else; times in milliseconds. */
export const verificationDefaults = { successes: 3, pause: 1_000, window: 300_000 } as const;

export const requestSchema = z.strictObject({
  /** Names the request: it is carried out once, and this id is remembered with the published secret. */
  id: z
    .string()
    .regex(/^[A-Za-z0-9._:-]{1,64}$/, "must be 1 to 64 letters, digits, dots, dashes, colons or underscores"),
  action: z.enum(["rotate", "revoke", "rollback", "retire"]),
  reason: z.string().min(1, "must not be empty").max(200, "must be at most 200 characters"),
});

/** Somebody that proves its identity by a token of its own platform, and needs no secret. */
const federatedIdentity = z.strictObject({
  name: credentialName,
  /** Who issues its tokens, e.g. `https://token.actions.githubusercontent.com`. */
  issuer: z.url({ error: "must be an absolute URL", protocol: /^https$/ }),
  /** Whom they are about, e.g. `repo:sell/mailman:environment:prod`. */
  subject: z.string().min(1, "must not be empty").max(600, "must be at most 600 characters"),
  /** Entra's own default. */
  audience: z.string().min(1, "must not be empty").max(600).default("api://AzureADTokenExchange"),
});

/** https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftkeyvault */
const vaultName = z
  .string()
  .regex(
    /^[a-zA-Z](?!.*--)[a-zA-Z0-9-]{1,22}[a-zA-Z0-9]$/,
    "must be 3 to 24 letters, digits and single dashes, beginning with a letter and ending with a letter or digit",
  );

const credential = z.strictObject({
  name: credentialName,
  application,
  /** The vault that publishes it, one of the stack's. Default: the stack's own. */
  vault: vaultName.optional(),
  /** The vault that published it before, and goes on doing so until this is removed. */
  movedFrom: vaultName.optional(),
  consumers: z.array(consumer).default([]),
  /** With these the credential has no secret at all. */
  federated: z.array(federatedIdentity).max(20, "must be at most 20: Entra takes no more").default([]),
  /** What differs from the stack's `rotation`. */
  rotation: partialRotation.optional(),
  hold: hold.optional(),
  request: requestSchema.optional(),
});

/** Text, not a number: YAML would drop leading zeros. */
function digits(least: number, most: number) {
  return z
    .string({ error: "must be digits in quotes" })
    .regex(new RegExp(`^\\d{${least},${most}}$`), `must be ${least} to ${most} digits`);
}

/** An https URL that may hold a key: error texts show no more of it than its beginning. */
const webhook = z.string({ error: "must be an absolute https URL" }).superRefine((text, context) => {
  if (URL.canParse(text) && new URL(text).protocol === "https:") return;
  const message = "must be an absolute https URL";
  context.addIssue({ code: "custom", message, input: `${text.slice(0, 7)}…` });
});

const receiverName = z
  .string()
  .regex(
    /^[A-Za-z0-9]([A-Za-z0-9 ._-]{0,48}[A-Za-z0-9])?$/,
    "must be 1 to 50 letters, digits, spaces, dots, dashes or underscores",
  );

/** Somebody or something that is told about alerts. */
const receiver = z
  .strictObject({
    name: receiverName,
    email: z.email({ error: "must be an e-mail address" }).optional(),
    sms: z
      .strictObject({
        /** Without `+` or zeros, e.g. `"49"`. */
        countryCode: digits(1, 3),
        phone: digits(4, 15),
      })
      .optional(),
    /** Takes Azure's common alert schema. PagerDuty and Opsgenie do; Teams and Slack by a workflow in between (docs/alerts.md). */
    webhook: webhook.optional(),
    /** Default: all. */
    severities: z
      .array(z.enum(severities, { error: `must be one of ${severities.join(", ")}` }))
      .min(1, "must name at least one severity")
      .default([...severities]),
  })
  .superRefine(({ email, sms, webhook }, context) => {
    const ways = [email, sms, webhook].filter((way) => way !== undefined).length;
    if (ways === 1) return;
    const message = `must have exactly one of email, sms and webhook, but has ${ways === 0 ? "none" : ways}`;
    context.addIssue({ code: "custom", message, input: undefined });
  });

const alerts = z.strictObject({
  receivers: z.array(receiver).min(1, "must name at least one receiver"),
  /** Where the runbooks (`docs/runbooks`) can be read: every alert's text links there. */
  runbooks: z
    .url({ error: "must be an absolute https URL", protocol: /^https$/ })
    .transform((url) => url.replace(/\/+$/, "")),
  /**
   * How often the rotation pipeline runs: silence for two intervals raises an alert. Azure looks back 2 days at
   * most, and knows no other windows.
   */
  runInterval: duration.default(DAY_MS),
  /**
   * How often `keyturn pipeline audit --stack` runs for this stack: then what it finds raises alerts, and so does its
   * silence for two intervals. Default: none does.
   */
  auditInterval: duration.optional(),
  /**
   * Whether the tenant's sign-in logs are sent to the workspace, for an alert on refused secrets. Needs an Entra ID
   * P1 licence and the role Security Administrator. Default: false.
   */
  signInLogs: z.boolean({ error: "must be true or false" }).default(false),
  /** How long logs are kept, the vault's audit trail among them. */
  retention: duration.default(90 * DAY_MS),
});

/** An alarm of a preview that is intended, so that the change may be deployed: docs/pipelines.md. */
const acceptedAlarm = z.strictObject({
  /** What the preview's comment calls it. */
  alarm: z
    .string()
    .regex(/^a[0-9a-f]{11}$/, "must be the name that the preview gives it, such as a1f2e3d4c5b6"),
  /** Until when it may be deployed; at most 30 days ahead, so that nothing stays accepted by oversight. */
  until: instant,
  reason: z.string().min(1, "must not be empty").max(200, "must be at most 200 characters"),
});

export const settingsSchema = z.strictObject({
  /** The Entra tenant. */
  tenantId: guid,
  /** The team that answers when a credential fails. */
  team: z.strictObject({
    name: z.string().min(1, "must not be empty"),
    /** The object id of the team's Entra group. */
    groupId: guid,
  }),
  /** Azure region of everything that has one, e.g. `westeurope`. */
  region: z.string().regex(/^[a-z0-9]+$/, "must be a region's name such as westeurope"),
  tags: z.record(z.string().max(512), z.string().max(256)).default({}),
  vault: z.strictObject({
    name: vaultName,
    resourceGroup: z
      .string()
      .regex(
        /^[\w.()-]{1,89}[\w()-]$/,
        "must be 2 to 90 letters, digits, dots, dashes, underscores or parentheses",
      ),
    /** Whether the resource group is there already, made by `keyturn bootstrap`, and not this stack's. Default: false. */
    resourceGroupExists: z.boolean({ error: "must be true or false" }).default(false),
  }),
  /** Further vaults, in the same resource group: a credential is published in one of them if its own settings say so. */
  vaults: z.array(z.strictObject({ name: vaultName })).default([]),
  rotation,
  credentials: z.array(credential).min(1, "must name at least one credential"),
  /** How a new secret is proved before it is published. */
  verification: z
    .strictObject({
      /** So many tokens in a row: Entra's replicas do not all know a new secret at once. */
      successes: z
        .int()
        .min(1, "must be at least 1")
        .max(10, "must be at most 10")
        .default(verificationDefaults.successes),
      /** The pause between two tries. */
      pause: duration.default(verificationDefaults.pause),
      /** How long a new secret may stay unknown before it counts as refused. */
      window: duration.default(verificationDefaults.window),
    })
    .prefault({}),
  /** Who hears of what goes wrong. */
  alerts,
  /** What would break a consumer and is meant to, as it was reviewed. Concerns the pipelines alone. */
  acceptedAlarms: z.array(acceptedAlarm).default([]),
  /**
   * Object id of the identity that deploys: it owns the applications, whoever else previews or updates the stack.
   * Default: whoever runs the update.
   */
  deployer: guid.optional(),
  /** Object ids of the applications' owners, besides the identity that deploys. */
  owners: z.array(guid).default([]),
  /** Whether what a mistake must not delete is protected. Default: true. */
  protect: z.boolean().default(true),
});

export type Settings = z.infer<typeof settingsSchema>;
/** The part of the settings that rotation is planned by. */
export type RotationSettings = Pick<Settings, "rotation" | "credentials">;
export type CredentialSettings = Settings["credentials"][number];
export type ConsumerSettings = CredentialSettings["consumers"][number];
export type RequestSettings = NonNullable<CredentialSettings["request"]>;
export type AlertSettings = Settings["alerts"];
export type ReceiverSettings = AlertSettings["receivers"][number];
