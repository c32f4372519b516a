import { judgePassword } from "../../entra/passwords.ts";
import type { PasswordCredential } from "../../entra/state.ts";
import type { FaceServices } from "../services.ts";
import { requireClientAssertion } from "./client-assertion.ts";
import type { ClientProof } from "./issued-token.ts";
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
    await requireClientAssertion(
      client,
      { assertion, type: form.get("client_assertion_type"), tenantName },
      services,
    );
    return "assertion";
  }
  if (secret !== undefined) {
    requireSecret(client, secret, services);
    return "secret";
  }
  if (optional) return "none";
  throw signInErrors.credentialMissing();
}

function requireSecret(
  client: TokenClient,
  secret: string,
  { store, clock, replicas }: Pick<Services, "store" | "clock" | "replicas">,
): void {
  const propagationMs = replicas.next(store.state.entra.settings.secretPropagationMs);
  const credentials: PasswordCredential[] = [
    ...(client.application?.passwordCredentials ?? []),
    ...client.principal.passwordCredentials,
  ];
  const { verdict } = judgePassword(credentials, secret, { nowMs: clock.nowMs(), propagationMs });
  switch (verdict) {
    case "accepted":
      return;
    case "expired":
      throw signInErrors.secretExpired(client.appId);
    default:
      // A replica that has not heard of a secret yet cannot tell it from a wrong one.
      throw signInErrors.secretWrong(client.appId);
  }
}
