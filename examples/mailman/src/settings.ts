import { readFileSync } from "node:fs";
import { z } from "zod";

const guid = z.guid();
const https = z.url({ protocol: /^https$/ }).transform((url) => url.replace(/\/+$/, ""));

const settings = z.strictObject({
  /** The outbox's file. */
  outbox: z.string().min(1),
  /** The application that sends. */
  application: z.strictObject({
    clientId: guid,
    tenantId: guid,
    authorityHost: https.default("https://login.microsoftonline.com"),
  }),
  /** Where its client secret is. */
  secret: z.strictObject({
    vaultUrl: https,
    name: z.string().regex(/^[0-9A-Za-z-]{1,127}$/),
    refreshIntervalSeconds: z.number().min(1).max(86_400).default(600),
  }),
  smtp: z
    .strictObject({ host: z.string().min(1), port: z.int().min(1).max(65_535).default(587) })
    .default({ host: "smtp.office365.com", port: 587 }),
  graphUrl: https.default("https://graph.microsoft.com/v1.0"),
  /** Where `mailman connect` takes the customer's browser back: registered for the application. */
  redirectUri: z
    .url({ protocol: /^http$/, hostname: /^(localhost|127\.0\.0\.1)$/ })
    .default("http://localhost/connected"),
  workers: z.int().min(1).max(64).default(8),
  /** How long messages under way may take when Mailman is asked to stop. */
  stopWithinSeconds: z.number().min(0).max(3_600).default(30),
  customers: z
    .array(
      z.strictObject({
        id: z.string().min(1),
        mailbox: z.email(),
        way: z.enum(["smtp", "graph"]),
        signIn: z.discriminatedUnion("as", [
          z.strictObject({ as: z.literal("user"), homeAccountId: z.string().min(1).optional() }),
          z.strictObject({ as: z.literal("application"), tenantId: guid }),
        ]),
      }),
    )
    .refine((customers) => new Set(customers.map(({ id }) => id)).size === customers.length, {
      error: "two customers have the same id",
    }),
});

export type Settings = z.output<typeof settings>;

/** Settings that cannot be used: says everything that is wrong with them. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/** Reads a settings file. @throws SettingsError */
export function readSettings(path: string): Settings {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new SettingsError(`cannot read ${path}: ${(error as Error).message}`);
  }
  const read = settings.safeParse(value);
  if (!read.success) {
    const problems = read.error.issues.map(
      ({ path: at, message }) => `  ${at.join(".") || "(all)"}: ${message}`,
    );
    throw new SettingsError(`${path} cannot be used:\n${problems.join("\n")}`);
  }
  return read.data;
}
