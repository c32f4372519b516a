import { z } from "zod";
import { CommandError, exitCodes } from "../exit-codes.ts";
import type { TokenRequest } from "./token-request.ts";

/** Where the stacks' states are, if that is Pulumi Cloud, and as whom a run works there. */
export interface PulumiCloud {
  /** E.g. `https://api.pulumi.com`. */
  url: string;
  organization: string;
  /** The team in whose name the run works; undefined: in the organization's own. */
  team: string | undefined;
}

const PULUMI_CLOUD = "https://api.pulumi.com";
/** As long as a pipeline's job may take at most, so that it need not be renewed. In seconds. */
const EXPIRATION_S = 2 * 60 * 60;

const grant = z.object({ access_token: z.string().min(1) }).transform(({ access_token }) => access_token);

/**
 * The Pulumi Cloud that the environment names: by `PULUMI_BACKEND_URL`, `PULUMI_ORGANIZATION` and perhaps `PULUMI_TEAM`.
 * @returns undefined if the states are elsewhere, or somebody has given an access token already.
 * @throws CommandError if it says where, but not as whom.
 */
export function pulumiCloudOf(env: NodeJS.ProcessEnv): PulumiCloud | undefined {
  const organization = env.PULUMI_ORGANIZATION ?? "";
  const backend = env.PULUMI_BACKEND_URL || (organization === "" ? "" : PULUMI_CLOUD);
  if (!backend.startsWith("https://") || env.PULUMI_ACCESS_TOKEN) return undefined;
  if (!/^[A-Za-z0-9][\w-]{0,39}$/.test(organization)) {
    throw new CommandError(
      `PULUMI_ORGANIZATION: must be the organization at ${new URL(backend).host} that keeps the stacks, not "${organization}" (docs/bootstrap.md#pulumi-cloud)`,
      exitCodes.configuration,
    );
  }
  return { url: new URL(backend).origin, organization, team: env.PULUMI_TEAM || undefined };
}

/** The audience that a run's token needs for Pulumi Cloud. */
export function pulumiAudience({ organization }: Pick<PulumiCloud, "organization">): string {
  return `urn:pulumi:org:${organization}`;
}

/**
 * How a run's OpenID token is exchanged for one of Pulumi's
 * (https://www.pulumi.com/docs/reference/cloud-rest-api/oauth-token-exchange).
 */
export function pulumiTokenRequest(cloud: PulumiCloud, idToken: string): TokenRequest {
  const { url, team } = cloud;
  return {
    url: `${url}/api/oauth/token`,
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({
      audience: pulumiAudience(cloud),
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
      requested_token_type: `urn:pulumi:token-type:access_token:${team === undefined ? "organization" : "team"}`,
      ...(team !== undefined && { scope: `team:${team}` }),
      expiration: String(EXPIRATION_S),
      subject_token: idToken,
    }).toString(),
    answer: grant,
    hint: "the organization must trust this repository's environment (docs/bootstrap.md#pulumi-cloud)",
  };
}
