import { jsonAnswer } from "../exchange.ts";
import type { Operation } from "../operation.ts";
import type { FaceServices } from "../services.ts";
import { requireTenant } from "./tenant.ts";

/** The public keys of the token service. */
export const jsonWebKeys: Operation = {
  name: "login.keys",
  method: "GET",
  path: "/:tenant/discovery/v2.0/keys",
  documentation: "https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-the-signature",
  handle: async (
    { params },
    { store, signingKeys, addresses: { origin } }: Pick<FaceServices, "store" | "signingKeys" | "addresses">,
  ) => {
    const { id } = requireTenant(store.state.entra, params.tenant ?? "");
    const keys = await signingKeys.publicKeys();
    return jsonAnswer(200, {
      keys: keys.map((key) => ({ ...key, x5t: key.kid, issuer: `${origin}/${id}/v2.0` })),
    });
  },
};
