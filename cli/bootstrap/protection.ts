import type { EnvironmentKind } from "../../infra/identity/layout.ts";
import { environmentName } from "../../infra/identity/layout.ts";

export const FORGES = ["github", "azure-devops"] as const;
export type Forge = (typeof FORGES)[number];

/** Who may use an environment, and with it its identity: set up at the forge by a person. */
export interface Protection {
  environment: string;
  kind: EnvironmentKind;
  /** Whether runs of the main branch alone may use it. */
  mainOnly: boolean;
  /** Whether a person approves each use. Where a schedule runs, nobody is there to do so. */
  approval: "never" | "for production" | "if wanted";
  why: string;
}

const KINDS: Readonly<Record<EnvironmentKind, Pick<Protection, "mainOnly" | "approval" | "why">>> = {
  preview: {
    mainOnly: false,
    approval: "if wanted",
    why: "runs the code of a pull request, which can read the stack's secrets in its state: ask for an approval where not everybody who can push a branch may",
  },
  audit: {
    mainOnly: true,
    approval: "never",
    why: "runs by schedule: an approval would stop the daily audit without a word",
  },
  deploy: { mainOnly: true, approval: "for production", why: "changes the stack after a merge" },
  rotate: {
    mainOnly: true,
    approval: "never",
    why: "runs by schedule: an approval would let secrets expire overnight",
  },
};

/** The protections of the stacks' environments. Pure: what is printed, documented and tested. */
export function protectionsOf(stacks: readonly string[]): Protection[] {
  return stacks.flatMap((stack) =>
    (Object.keys(KINDS) as EnvironmentKind[]).map((kind) => ({
      environment: environmentName(stack, kind),
      kind,
      ...KINDS[kind],
    })),
  );
}

/** What Azure DevOps calls the service connection and the variable group of an environment. */
export function connectionName(environment: string): string {
  return `keyturn-${environment}`;
}

/** What a person sets up at the forge for one environment, in words. */
export function protectionText(
  { environment, kind, mainOnly, approval }: Protection,
  forge: Forge,
): { where: string; checks: string } {
  const isOfPipelines = kind === "deploy" || kind === "rotate";
  if (forge === "github") {
    const branch = mainOnly ? "branch `main` only" : "any branch";
    const people = {
      never: "**no** reviewers",
      "for production": "required reviewers for production, and no approval of one's own run",
      "if wanted": "reviewers if wanted",
    }[approval];
    return { where: `environment \`${environment}\``, checks: `${branch}; ${people}` };
  }
  const branch = mainOnly
    ? "branch control: `refs/heads/main`, protected branches only"
    : "no branch control, but open to the pull-request pipeline alone";
  const people = {
    never: "**no** approval",
    "for production": "approval for production, not by whoever started the run; exclusive lock",
    "if wanted": "approval if wanted, and in any case where forks can be built",
  }[approval];
  const lock = kind === "rotate" ? "; exclusive lock" : "";
  const also = isOfPipelines ? ` and environment \`${environment}\`` : "";
  return {
    where: `service connection \`${connectionName(environment)}\`${also}`,
    checks: `${branch}; ${people}${lock}`,
  };
}

/** The protections as a table of the documentation. */
export function protectionTable(stacks: readonly string[], forge: Forge): string {
  return [
    "| where | checks | why |",
    "|---|---|---|",
    ...protectionsOf(stacks).map((each) => {
      const { where, checks } = protectionText(each, forge);
      return `| ${where} | ${checks} | ${each.why} |`;
    }),
  ].join("\n");
}
