import { isUseWorthRecording, recordCredentialUse } from "../../entra/credential-uses.ts";
import type { CredentialUse, ServicePrincipal } from "../../entra/state.ts";
import type { FaceServices } from "../services.ts";
import type { TokenClient } from "./token-client.ts";

/** How a client has proved who it is. */
export interface ClientProof {
  kind: "none" | "secret" | "assertion";
  /** Undefined for a public client and for a federated one. */
  credential: UsedCredential | undefined;
}

export type UsedCredential = Pick<CredentialUse, "keyType" | "credentialOrigin"> & { keyId: string };

/** Remembers that a credential got a token, for the report on the use of credentials. */
export async function noteCredentialUse(
  client: TokenClient,
  { credential }: ClientProof,
  resource: ServicePrincipal,
  { store, clock, randomness }: Pick<FaceServices, "store" | "clock" | "randomness">,
): Promise<void> {
  if (credential === undefined) return;
  const { keyId, ...kind } = credential;
  const nowMs = clock.nowMs();
  if (!isUseWorthRecording(store.state.entra, keyId, nowMs)) return;
  const use = {
    ...kind,
    appId: client.appId,
    resourceId: resource.id,
    lastSignInRequestId: randomness.uuid(),
  };
  await store.update(({ entra }) => recordCredentialUse(entra, keyId, use, nowMs));
}
