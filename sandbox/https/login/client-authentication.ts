import { judgePassword } from "../../entra/passwords.ts";
import type { FaceServices } from "../services.ts";
import { requireClientAssertion } from "./client-assertion.ts";
import type { ClientProof, UsedCredential } from "./client-proof.ts";
import { signInErrors } from "./sign-in-errors.ts";
import type { TokenClient } from "./token-client.ts";
import type { TokenForm } from "./token-request.ts";

type Services = Pick<FaceServices, "store" | "clock" | "addresses" | "replicas" | "fetchJson">;

/**
 * Checks that the client is who it says.
 * @param optional whether a client without any credential is let through, as a public one
 * @throws SignInError when it is not
 */
export async function authenticateClient(
  client: TokenClient,
  form: TokenForm,
  tenantName: string,
  services: Services,
  { optional = false }: { optional?: boolean } = {},
): Promise<ClientProof> {
  const secret = form.get("client_secret");
  const assertion = form.get("client_assertion");
  if (assertion !== undefined) {
    const presented = { assertion, type: form.get("client_assertion_type"), tenantName };
    return { kind: "assertion", credential: await requireClientAssertion(client, presented, services) };
  }
  if (secret !== undefined) {
    return { kind: "secret", credential: requireSecret(client, secret, services) };
  }
  if (optional) return { kind: "none", credential: undefined };
  throw signInErrors.credentialMissing();
}

function requireSecret(
  client: TokenClient,
  secret: string,
  { store, clock, replicas }: Pick<Services, "store" | "clock" | "replicas">,
): UsedCredential {
  const propagationMs = replicas.next(store.state.entra.settings.secretPropagationMs);
  const when = { nowMs: clock.nowMs(), propagationMs };
  const holders = [
    { credentialOrigin: "application", credentials: client.application?.passwordCredentials ?? [] },
    { credentialOrigin: "servicePrincipal", credentials: client.principal.passwordCredentials },
  ] as const;
  const judged = holders.map(({ credentialOrigin, credentials }) => ({
    credentialOrigin,
    ...judgePassword(credentials, secret, when),
  }));
  const accepted = judged.find(({ verdict }) => verdict === "accepted");
  if (accepted?.credential !== undefined) {
    const { credential, credentialOrigin } = accepted;
    return { keyId: credential.keyId, keyType: "clientSecret", credentialOrigin };
  }
  if (judged.some(({ verdict }) => verdict === "expired")) throw signInErrors.secretExpired(client.appId);
  // A replica that has not heard of a secret yet cannot tell it from a wrong one.
  throw signInErrors.secretWrong(client.appId);
}
