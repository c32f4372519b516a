import { extname } from "node:path";
import { z } from "zod";
import { CommandError, exitCodes } from "../exit-codes.ts";
import { SEVERITIES } from "./findings/severity.ts";
import { safeText } from "./safe-text.ts";

/** The forms of a report. */
export const FORMATS = ["table", "json", "markdown", "csv", "sarif", "prometheus", "html"] as const;

export type Format = (typeof FORMATS)[number];

const FORMAT_BY_EXTENSION: Readonly<Record<string, Format>> = {
  ".txt": "table",
  ".json": "json",
  ".md": "markdown",
  ".csv": "csv",
  ".sarif": "sarif",
  ".prom": "prometheus",
  ".html": "html",
};

/** A name, or the address that Key Vault has for it. */
const VAULT_NAME = /^[a-z][a-z0-9-]{1,22}[a-z0-9]$/i;

const days = wholeNumber(1, 36_500);

/** The flags of `keyturn audit` as they are typed, and what is allowed. */
const optionsSchema = z.object({
  tenant: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/, { error: wrong("a tenant's id or domain") })
    .optional(),
  stack: z.array(z.string()).default([]),
  /** The folder of the stacks' `Pulumi.yaml`. Default: this checkout. */
  cwd: z.string().optional(),
  managed: z.array(z.string()).default([]),
  vault: z
    .array(
      z.string().refine((text) => VAULT_NAME.test(text) || isHttps(text), {
        error: wrong("a vault's name, or its address beginning with https://"),
      }),
    )
    .default([]),
  days: days.default(30),
  maxLifetime: days.default(366),
  unused: days.default(90),
  failOn: z.enum(["none", ...SEVERITIES], { error: wrong(`none, ${SEVERITIES.join(", ")}`) }).default("none"),
  baseline: z.string().optional(),
  limit: wholeNumber(0, 1_000_000).default(200),
  concurrency: wholeNumber(1, 32).default(8),
  resume: z.string().optional(),
  signIns: z.boolean().default(true),
  owners: z.boolean().default(false),
  notified: z.string().optional(),
  graphUrl: z
    .string()
    .refine(isHttps, { error: wrong("an address beginning with https://") })
    .optional(),
  docsUrl: z
    .string()
    .transform((url) => (url.endsWith("/") ? url : `${url}/`))
    .default("docs/"),
});

/** Where the reports go. Apart from the others, so that what is wrong with either is told at once. */
const outputSchema = z
  .object({
    format: z.enum(FORMATS, { error: wrong(FORMATS.join(", ")) }).optional(),
    json: z.boolean().default(false),
    output: z.array(z.string()).default([]),
  })
  .transform(({ format, json, output }, context): Destination[] => {
    const problem = (flag: string, message: string) =>
      context.addIssue({ code: "custom", path: [flag], message, input: output });
    if (json && format !== undefined && format !== "json") problem("json", `contradicts --format ${format}`);
    const { destinations, unknown } = destinationsOf(json ? "json" : format, output);
    const endings = Object.keys(FORMAT_BY_EXTENSION).join(", ");
    for (const file of unknown) {
      problem("output", `${safeText(file)}: no format has this ending; use ${endings}, or give --format`);
    }
    return destinations;
  });

/** Where a report goes. */
export interface Destination {
  format: Format;
  /** Undefined: standard output. */
  file: string | undefined;
}

export interface AuditOptions extends z.infer<typeof optionsSchema> {
  destinations: Destination[];
}

/**
 * Checks the flags.
 * @throws CommandError naming every flag that is wrong, its value, and what is allowed.
 */
export function parseOptions(flags: unknown): AuditOptions {
  const settings = optionsSchema.safeParse(flags);
  const destinations = outputSchema.safeParse(flags);
  if (settings.success && destinations.success) return { ...settings.data, destinations: destinations.data };
  const problems = [settings, destinations]
    .flatMap(({ error }) => error?.issues ?? [])
    .map(({ path, message }) => `--${kebab(String(path[0]))} ${message}`);
  throw new CommandError(
    problems.length === 1 ? (problems[0] ?? "") : `these flags are wrong:\n  ${problems.join("\n  ")}`,
    exitCodes.configuration,
  );
}

/**
 * A file's ending tells its format. With a format besides, that one goes to standard output, unless the only
 * file has no ending that tells: then it is that file's. Without anything: a table.
 */
function destinationsOf(
  format: Format | undefined,
  files: readonly string[],
): { destinations: Destination[]; unknown: string[] } {
  const told = files.map((file) => ({ file, format: FORMAT_BY_EXTENSION[extname(file).toLowerCase()] }));
  const [only] = told;
  if (told.length === 1 && only !== undefined && only.format === undefined && format !== undefined) {
    return { destinations: [{ file: only.file, format }], unknown: [] };
  }
  const toStdout: Destination[] =
    format !== undefined || files.length === 0 ? [{ format: format ?? "table", file: undefined }] : [];
  const known = told.flatMap(({ file, format: each }) =>
    each === undefined ? [] : [{ file, format: each }],
  );
  return {
    destinations: [...toStdout, ...known],
    unknown: told.filter((each) => each.format === undefined).map(({ file }) => file),
  };
}

function wholeNumber(min: number, max: number) {
  const error = wrong(`a whole number from ${min} to ${max}`);
  return z
    .string({ error })
    .regex(/^\d{1,9}$/, { error })
    .transform(Number)
    .refine((number) => number >= min && number <= max, { error });
}

function wrong(allowed: string) {
  return ({ input }: { input?: unknown }) =>
    `must be ${allowed}, but is ${input === undefined ? "missing" : safeText(String(input))}`;
}

function isHttps(text: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === "https:";
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
