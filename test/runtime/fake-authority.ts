import { clientId, FakeDirectory, refusal, tenantId } from "./fake-cloud.ts";

export const scopes = ["https://outlook.office.com/SMTP.Send", "offline_access"];

/** The authority's metadata, and tokens for users: each customer's code and refresh tokens carry their name. */
export class FakeAuthority extends FakeDirectory {
  readonly brokenGrants = new Set<string>();
  /** The tenants of customers who are not in the application's own. */
  readonly tenants = new Map<string, string>();
  metadataReads = 0;
  metadataFaults = 0;
  metadataHangs = false;

  readonly send = async (url: string, init: RequestInit): Promise<Response> => {
    if (init.method === "GET") {
      this.metadataReads++;
      if (this.metadataHangs) {
        return new Promise(() => {});
      }
      if (this.metadataFaults > 0) {
        this.metadataFaults--;
        return new Response("out", { status: 503 });
      }
      const tenant = new URL(url).pathname.split("/")[1];
      const base = `https://login.test/${tenant}`;
      return Response.json({
        authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
        token_endpoint: `${base}/oauth2/v2.0/token`,
        issuer: `${base}/v2.0`,
        jwks_uri: `${base}/discovery/v2.0/keys`,
      });
    }
    const form = Object.fromEntries(new URLSearchParams(String(init.body)));
    const answer = await this.fetch(url, init);
    if (!answer.ok) {
      return answer;
    }
    const grant = form.code ?? form.refresh_token ?? form.assertion ?? "";
    const customer = grant.split("~")[1] ?? "";
    if (this.brokenGrants.has(customer)) {
      return refusal("invalid_grant", 50173, 400, {}, { suberror: "bad_token" });
    }
    const home = this.tenants.get(customer) ?? tenantId;
    const { access_token } = (await answer.json()) as { access_token: string };
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    return Response.json({
      token_type: "Bearer",
      scope: scopes.join(" "),
      access_token: `${access_token}~${customer}`,
      expires_in: 3_600,
      refresh_token: `refresh-${this.requests.length}~${customer}`,
      client_info: encode({ uid: customer, utid: home }),
      id_token: `${encode({ alg: "none" })}.${encode({
        iss: `https://login.test/${home}/v2.0`,
        oid: customer,
        tid: home,
        sub: customer,
        aud: clientId,
        preferred_username: `${customer}@contoso.test`,
      })}.`,
    });
  };
}
