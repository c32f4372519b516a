import { z } from "zod";

/** What `keyturn bootstrap` makes: settings of the program in `bootstrap/`, checked before anything is asked of Azure. */

const guid = z
  .string()
  .regex(
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
    "must be a GUID such as 4633458b-17de-408a-b874-0445c86b69e6",
  )
  .transform((text) => text.toLowerCase());

/** Short, because it is part of names that Azure keeps to 24 characters (storage accounts, vaults). */
export const bootstrapName = z
  .string()
  .regex(/^[a-z][a-z0-9]{1,11}$/, "must be 2 to 12 lower-case letters and digits, beginning with a letter");

/** Part of a container's, a key's and an identity's name, and of the pipelines' environments. */
export const bootstrapStackName = z
  .string()
  .regex(
    /^(?!(preview|audit|rotate)-)[a-z0-9]+(-[a-z0-9]+)*$/,
    'must be lower-case letters, digits and single dashes, and not begin with "preview-", "audit-" or "rotate-"',
  )
  .max(40, "must be at most 40 characters");

const region = z.string().regex(/^[a-z0-9]+$/, "must be a region's name such as westeurope");

const tags = z.record(z.string().max(512), z.string().max(256)).default({});

/** Whose tokens an identity takes: both texts must be those of the token, to the letter. */
const federation = z.strictObject({
  issuer: z.url({ error: "must be an absolute https URL", protocol: /^https$/ }),
  subject: z.string().min(1, "must not be empty").max(600, "must be at most 600 characters"),
});

const stack = z.strictObject({
  name: bootstrapStackName,
  /** Where the stack lives: made here, because rights on it are given before the stack is deployed. */
  resourceGroup: z.string().min(1),
  location: region,
  tags,
  /** Of the environment `preview-<stack>`. */
  preview: federation,
  /** Of the environment `audit-<stack>`: who previews, for runs by schedule, which nobody approves. */
  audit: federation,
  /** Of the environment `<stack>`. */
  deploy: federation,
  /** Of the environment `rotate-<stack>`, where rotation runs without anybody's approval, as the same identity. */
  rotate: federation,
});

export const bootstrapSettingsSchema = z.strictObject({
  /** What all names have in common. */
  name: bootstrapName,
  subscriptionId: guid,
  tenantId: guid,
  /** Azure region of what the stacks share. */
  location: region,
  tags,
  /** Where the stacks' states are kept. `pulumi-cloud` makes nothing for them. */
  backend: z.enum(["azure", "pulumi-cloud"]),
  /** Object id of the group of people who may work on the stacks' states by hand. */
  operatorsGroupId: guid.optional(),
  /** Whether `keyturn audit` may read when credentials were last used. */
  signInReports: z.boolean(),
  /** Whether `keyturn pipeline audit` may read the mail addresses of applications' owners. */
  ownerAddresses: z.boolean(),
  stacks: z.array(stack).min(1, "must name at least one stack"),
});

export type BootstrapSettings = z.infer<typeof bootstrapSettingsSchema>;
export type BootstrapStack = BootstrapSettings["stacks"][number];
