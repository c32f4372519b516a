import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { decodeJwt, exportJWK, SignJWT } from "jose";
import type { Sandbox } from "../../sandbox/host/sandbox.ts";
import { createAzureadProvider } from "../../sandbox/providers/azuread/provider.ts";
import { createNativeProvider } from "../../sandbox/providers/native/provider.ts";
import { serveProvider } from "../../sandbox/providers/serve.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const GITHUB = "https://token.actions.githubusercontent.com";
const AUDIENCE = "api://AzureADTokenExchange";
const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });

/** Makes the sandbox's tenant know GitHub's signing key, which is of this process. */
export async function knowGitHub({ store }: Pick<Sandbox, "store">): Promise<void> {
  const jwk = { ...(await exportJWK(publicKey)), kid: "github" };
  await store.update(({ entra }) => {
    entra.signIn.testIssuers[GITHUB] = { keys: [jwk] };
  });
}

/** A job's token as GitHub issues it (https://docs.github.com/actions/reference/security/oidc). */
export function gitHubToken(subject: string, audience = AUDIENCE): Promise<string> {
  return new SignJWT({ iss: GITHUB, sub: subject, aud: audience, exp: 4_000_000_000 })
    .setProtectedHeader({ alg: "ES256", kid: "github" })
    .sign(privateKey);
}

/** What the token endpoint answers to a job: an access token, or Entra's number of its refusal. */
export async function exchange(
  sandbox: Sandbox,
  { clientId, assertion, scope }: { clientId: string; assertion: string; scope: string },
): Promise<{ token: string } | { refusedBy: number }> {
  const tenant = sandbox.store.state.entra.tenant.id;
  const response = await fetch(`https://localhost:${sandbox.ports.https}/${tenant}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: clientId,
      client_assertion: assertion,
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      scope,
    }),
  });
  const answer = (await response.json()) as { access_token?: string; error_codes?: number[] };
  if (response.ok && answer.access_token !== undefined) return { token: answer.access_token };
  return { refusedBy: answer.error_codes?.[0] ?? -1 };
}

/**
 * Signs a job in by its token, and starts provider processes of its own as a pipeline does: they act as whom the
 * directory took the token for, with exactly that identity's rights.
 * @returns what differs from the environment of the sandbox's own deployer.
 */
export async function signedInJob(
  t: Pick<TestContext, "after">,
  sandbox: Sandbox,
  { clientId, subject }: { clientId: string; subject: string },
): Promise<{ env: Record<string, string> }> {
  const assertion = await gitHubToken(subject);
  const scope = `https://localhost:${sandbox.ports.https}/.default`;
  const answer = await exchange(sandbox, { clientId, assertion, scope });
  if ("refusedBy" in answer) throw new Error(`AADSTS${answer.refusedBy}`);
  const { oid, appid } = decodeJwt(answer.token);
  const deployer = { clientId: String(appid), principalId: String(oid) };
  const { store, clock, randomness, ports } = sandbox;
  const services = { store, clock, randomness, deployer, enforceRights: true };
  const origin = `https://localhost:${ports.https}/`;
  const served = await Promise.all([
    serveProvider(createAzureadProvider(services)),
    serveProvider(
      createNativeProvider({
        ...services,
        ingestionEndpoint: origin,
        vaultUri: (name) => `https://${name}.vault.localhost:${ports.https}/`,
      }),
    ),
  ]);
  t.after(() => Promise.all(served.map((each) => each.close())));
  const file = join(temporaryFolder(t), "token");
  writeFileSync(file, assertion, { mode: 0o600 });
  const providers = {
    ...ports.providers,
    ...Object.fromEntries(served.map(({ name, port }) => [name, port])),
  };
  return {
    env: {
      AZURE_CLIENT_ID: clientId,
      AZURE_FEDERATED_TOKEN_FILE: file,
      ARM_CLIENT_ID: clientId,
      ARM_USE_OIDC: "true",
      ARM_OIDC_TOKEN_FILE_PATH: file,
      // A job has no secret.
      AZURE_CLIENT_SECRET: "",
      ARM_CLIENT_SECRET: "",
      PULUMI_DEBUG_PROVIDERS: Object.entries(providers)
        .map(([name, port]) => `${name}:${port}`)
        .join(","),
    },
  };
}
