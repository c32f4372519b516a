import { jsonAnswer } from "../exchange.ts";
import type { Operation } from "../operation.ts";
import type { FaceServices } from "../services.ts";
import { SignInError } from "./sign-in-error.ts";

/** Whether an authority is one of Entra's own. The sandbox vouches for itself alone. */
export const instanceDiscovery: Operation = {
  name: "login.instanceDiscovery",
  method: "GET",
  path: "/common/discovery/instance",
  documentation: "https://learn.microsoft.com/entra/msal/dotnet/advanced/instance-discovery",
  handle: ({ url }, { addresses }: Pick<FaceServices, "addresses">) => {
    const asked = url.searchParams.get("authorization_endpoint") ?? "";
    const host = new URL(addresses.origin).host;
    if (!URL.canParse(asked) || new URL(asked).host !== host) {
      throw new SignInError({
        status: 400,
        error: "invalid_instance",
        code: 50049,
        message: `Unknown or invalid instance: '${asked}'.`,
      });
    }
    const tenant = new URL(asked).pathname.split("/")[1] ?? "common";
    return jsonAnswer(200, {
      tenant_discovery_endpoint: `${addresses.origin}/${tenant}/v2.0/.well-known/openid-configuration`,
      "api-version": url.searchParams.get("api-version") ?? "1.1",
      metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
    });
  },
};
