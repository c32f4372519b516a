import { jsonAnswer } from "../exchange.ts";
import type { Operation } from "../operation.ts";
import type { FaceServices } from "../services.ts";
import { SignInError } from "./sign-in-error.ts";
import { isAnyTenant, requireTenant } from "./tenant.ts";

/** What clients learn the other endpoints from; also where a program reads the time, from the `Date` header. */
export const openIdConfiguration: Operation = {
  name: "login.openIdConfiguration",
  method: "GET",
  path: "/:tenant/v2.0/.well-known/openid-configuration",
  documentation: "https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc",
  handle: ({ params }, { store, addresses: { origin } }: Pick<FaceServices, "store" | "addresses">) => {
    const named = params.tenant ?? "";
    const { id } = tenantOf(store.state.entra, named);
    const base = `${origin}/${isAnyTenant(named) ? named : id}`;
    return jsonAnswer(200, {
      token_endpoint: `${base}/oauth2/v2.0/token`,
      token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
      jwks_uri: `${base}/discovery/v2.0/keys`,
      response_modes_supported: ["query", "fragment", "form_post"],
      subject_types_supported: ["pairwise"],
      id_token_signing_alg_values_supported: ["RS256"],
      response_types_supported: ["code"],
      scopes_supported: ["openid", "profile", "email", "offline_access"],
      issuer: `${origin}/${isAnyTenant(named) ? "{tenantid}" : id}/v2.0`,
      request_uri_parameter_supported: false,
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
      http_logout_supported: false,
      frontchannel_logout_supported: false,
      claims_supported: [
        ...["sub", "iss", "cloud_instance_name", "aud", "exp", "iat", "nonce"],
        ...["preferred_username", "name", "tid", "ver", "oid", "email"],
      ],
      tenant_region_scope: "EU",
      cloud_instance_name: "microsoftonline.com",
      cloud_graph_host_name: "graph.windows.net",
      msgraph_host: "graph.microsoft.com",
    });
  },
};

/** Here alone, an unknown tenant is `invalid_tenant`. */
function tenantOf(entra: Parameters<typeof requireTenant>[0], named: string) {
  try {
    return requireTenant(entra, named);
  } catch (error) {
    if (error instanceof SignInError)
      throw new SignInError({ ...error.args, error: "invalid_tenant", message: error.args.message });
    throw error;
  }
}
