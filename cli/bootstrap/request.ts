import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { type EnvironmentKind, environmentName } from "../../infra/identity/layout.ts";
import { bootstrapName, bootstrapStackName } from "../../infra/identity/settings.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import { FORGES, type Forge } from "./protection.ts";

/** The flags of `keyturn bootstrap`, as they were given. */
export interface BootstrapOptions {
  repository?: string;
  subscription?: string;
  tenant?: string;
  location?: string;
  stack?: string[];
  forge: string;
  federation?: string[];
  name: string;
  backend: string;
  pulumiOrganization?: string;
  operators?: string;
  signInReports?: boolean;
  ownerAddresses?: boolean;
  yes?: boolean;
  json?: boolean;
}

/** What is to be made, but for the tenant, which Azure knows. */
export interface BootstrapRequest {
  name: string;
  /** Where the pipelines run. */
  forge: Forge;
  /** The organization at Pulumi Cloud that keeps the stacks; undefined with Azure's storage. */
  pulumiOrganization: string | undefined;
  subscriptionId: string;
  tenantId: string | undefined;
  location: string;
  backend: "azure" | "pulumi-cloud";
  operatorsGroupId: string | undefined;
  signInReports: boolean;
  ownerAddresses: boolean;
  stacks: RequestedStack[];
}

export interface RequestedStack {
  name: string;
  resourceGroup: string;
  location: string;
  tags: Record<string, string>;
  /** By kind of environment. */
  federations: Partial<Record<EnvironmentKind, Federation>>;
}

export interface Federation {
  issuer: string;
  subject: string;
}

const BACKENDS = ["azure", "pulumi-cloud"] as const;
const DEFAULT_STACKS = ["dev", "prod"];
const KINDS: readonly EnvironmentKind[] = ["preview", "audit", "deploy", "rotate"];

/** https://docs.github.com/actions/reference/security/oidc */
const GITHUB_ISSUER = "https://token.actions.githubusercontent.com";
/** `OWNER/NAME`, each perhaps with its number, as in the tokens of newer repositories. */
const REPOSITORY = /^[A-Za-z0-9][A-Za-z0-9-]{0,38}(@\d{1,20})?\/[A-Za-z0-9._-]{1,100}(@\d{1,20})?$/;
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The part of a stack's file that matters here. */
const stackFile = z.object({
  config: z.object({
    "keyturn:region": z.string(),
    "keyturn:vault": z.object({ resourceGroup: z.string().min(1) }),
    "keyturn:tags": z.record(z.string(), z.string()).default({}),
  }),
});

/**
 * Reads the flags and the stacks' files.
 * @param folder where the stacks' files are.
 * @throws CommandError listing everything that is wrong.
 */
export async function bootstrapRequest(options: BootstrapOptions, folder: string): Promise<BootstrapRequest> {
  const problems: string[] = [];
  const wrong = (flag: string, message: string) => problems.push(`  ${flag}: ${message}`);
  const guid = (flag: string, value: string | undefined) => {
    if (value !== undefined && !GUID.test(value)) {
      wrong(flag, `must be a GUID such as 4633458b-17de-408a-b874-0445c86b69e6, not "${value}"`);
    }
    return value?.toLowerCase();
  };
  const oneOf = <T extends string>(flag: string, value: string, allowed: readonly T[]): T | undefined => {
    const found = allowed.find((each) => each === value);
    if (found === undefined) wrong(flag, `must be one of ${allowed.join(", ")}, not "${value}"`);
    return found;
  };
  const subscriptionId = guid("--subscription", options.subscription);
  if (subscriptionId === undefined) wrong("--subscription", "is missing: the id of the Azure subscription");
  if (options.location !== undefined && !/^[a-z0-9]+$/.test(options.location)) {
    wrong("--location", `must be an Azure region such as westeurope, not "${options.location}"`);
  }
  const name = bootstrapName.safeParse(options.name);
  for (const { message } of name.error?.issues ?? []) wrong("--name", `${message}, not "${options.name}"`);
  const forge = oneOf("--forge", options.forge, FORGES);
  const backend = oneOf("--backend", options.backend, BACKENDS);
  const names = [...new Set(options.stack ?? DEFAULT_STACKS)];
  for (const stack of names) {
    const { error } = bootstrapStackName.safeParse(stack);
    for (const { message } of error?.issues ?? []) wrong("--stack", `${message}, not "${stack}"`);
  }
  const environments = names.flatMap((stack) => KINDS.map((kind) => environmentName(stack, kind)));
  const given = givenFederations(options.federation ?? [], environments, wrong);
  if (forge === "github") requireRepository(options.repository, environments, given, wrong);
  if (forge === "azure-devops") requireConnections(environments, given, wrong);
  const stacks = await Promise.all(
    names.map(async (stack) => ({
      name: stack,
      ...(await settingsOf(stack, folder, wrong)),
      federations: federationsOf(stack, options.repository, forge, given),
    })),
  );
  requireDifferent(stacks, wrong);
  const tenantId = guid("--tenant", options.tenant);
  const operatorsGroupId = guid("--operators", options.operators);
  const { pulumiOrganization } = options;
  if (backend === "pulumi-cloud" && !/^[A-Za-z0-9][\w-]{0,39}$/.test(pulumiOrganization ?? "")) {
    wrong(
      "--pulumi-organization",
      `must be the organization at Pulumi Cloud that keeps the stacks, not "${pulumiOrganization ?? ""}"`,
    );
  }
  if (backend === "azure" && pulumiOrganization !== undefined) {
    wrong("--pulumi-organization", "belongs to --backend pulumi-cloud");
  }
  if (problems.length > 0 || subscriptionId === undefined || backend === undefined || forge === undefined) {
    throw new CommandError(
      `nothing was asked of Azure; these are wrong:\n${problems.join("\n")}`,
      exitCodes.configuration,
    );
  }
  const graph = {
    signInReports: options.signInReports === true,
    ownerAddresses: options.ownerAddresses === true,
  };
  const location = options.location ?? stacks[0]?.location ?? "";
  const common = { name: options.name, subscriptionId, tenantId, location, backend };
  return { ...common, forge, pulumiOrganization, operatorsGroupId, ...graph, stacks };
}

type Wrong = (flag: string, message: string) => unknown;

/** `--federation ENVIRONMENT=ISSUER,SUBJECT`. A subject may hold commas and equals signs; neither of the others does. */
function givenFederations(
  texts: readonly string[],
  environments: readonly string[],
  wrong: Wrong,
): Map<string, Federation> {
  const given = new Map<string, Federation>();
  for (const text of texts) {
    const [, environment = "", issuer = "", subject = ""] = /^([^=]*)=([^,]*),(.+)$/.exec(text) ?? [];
    if (!environments.includes(environment)) {
      wrong(
        "--federation",
        `must be ENVIRONMENT=ISSUER,SUBJECT with one of the environments ${environments.join(", ")}, not "${text}"`,
      );
    } else if (!URL.canParse(issuer) || new URL(issuer).protocol !== "https:") {
      wrong("--federation", `the issuer of ${environment} must be an absolute https URL, not "${issuer}"`);
    } else if (subject.length > 600) {
      wrong("--federation", `the subject of ${environment} must be at most 600 characters`);
    } else given.set(environment, { issuer, subject });
  }
  return given;
}

function requireRepository(
  repository: string | undefined,
  environments: readonly string[],
  given: ReadonlyMap<string, Federation>,
  wrong: Wrong,
): void {
  if (repository === undefined && environments.every((environment) => given.has(environment))) return;
  if (repository === undefined || !REPOSITORY.test(repository)) {
    wrong(
      "--repository",
      `must be OWNER/NAME, or OWNER@ID/NAME@ID where the repository's tokens carry ids (docs/bootstrap.md), not "${repository ?? ""}"`,
    );
  }
}

function requireConnections(
  environments: readonly string[],
  given: ReadonlyMap<string, Federation>,
  wrong: Wrong,
): void {
  for (const environment of environments.filter((each) => !given.has(each))) {
    wrong(
      "--federation",
      `${environment}=ISSUER,SUBJECT is missing: Azure DevOps shows both where the service connection is made (docs/bootstrap.md)`,
    );
  }
}

/** One subject for two environments would let the one do what the other may: a preview deploy, say. */
function requireDifferent(stacks: readonly RequestedStack[], wrong: Wrong): void {
  const seen = new Map<string, string>();
  for (const { name, federations } of stacks) {
    for (const [kind, { issuer, subject }] of Object.entries(federations)) {
      const environment = environmentName(name, kind as EnvironmentKind);
      const other = seen.get(`${issuer} ${subject}`);
      if (other !== undefined)
        wrong("--federation", `${environment} and ${other} have the same subject: ${subject}`);
      seen.set(`${issuer} ${subject}`, environment);
    }
  }
}

function federationsOf(
  stack: string,
  repository: string | undefined,
  forge: Forge | undefined,
  given: ReadonlyMap<string, Federation>,
): RequestedStack["federations"] {
  return Object.fromEntries(
    KINDS.flatMap((kind) => {
      const environment = environmentName(stack, kind);
      const usual =
        forge === "github"
          ? { issuer: GITHUB_ISSUER, subject: `repo:${repository}:environment:${environment}` }
          : undefined;
      const federation = given.get(environment) ?? usual;
      return federation === undefined ? [] : [[kind, federation]];
    }),
  );
}

async function settingsOf(
  stack: string,
  folder: string,
  wrong: Wrong,
): Promise<Pick<RequestedStack, "resourceGroup" | "location" | "tags">> {
  const file = join(folder, `Pulumi.${stack}.yaml`);
  const nothing = { resourceGroup: "", location: "", tags: {} };
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    wrong("--stack", `${stack}: ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
    return nothing;
  }
  const parsed = stackFile.safeParse(parse(text));
  for (const { path, message } of parsed.error?.issues ?? []) {
    wrong(file, `${path.slice(1).join(".") || "config"}: ${message}`);
  }
  if (!parsed.success) return nothing;
  const { config } = parsed.data;
  return {
    resourceGroup: config["keyturn:vault"].resourceGroup,
    location: config["keyturn:region"],
    tags: config["keyturn:tags"],
  };
}
