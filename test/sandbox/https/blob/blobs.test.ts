import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { putResource } from "../../../../sandbox/arm/resources.ts";
import { startTrustedSandbox, type TrustedSandbox } from "../../../support/trusted-sandbox.ts";

const CONTRIBUTOR = "ba92f5b4-2d11-453d-a403-e96b0029c9fe";
const READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1";

/** An account with the containers `dev` and `prod`; the deployer holds a role on the blobs of `dev`. */
async function withContainers(trusted: TrustedSandbox, role: string) {
  const { sandbox, tenantId, origin } = trusted;
  const { store, randomness, deployer } = sandbox;
  const subscription = `/subscriptions/${store.state.arm.subscriptionId}`;
  const group = `${subscription}/resourceGroups/states`;
  const account = `${group}/providers/Microsoft.Storage/storageAccounts/ststates`;
  const containers = `${account}/blobServices/default/containers`;
  const give = (roleId: string) =>
    store.update((draft) => {
      const context = { nowMs: draft.clock.nowMs, randomness, caller: deployer, vaultUri: () => "" };
      const location = "westeurope";
      putResource(draft, group, { location }, context);
      putResource(draft, account, { location, kind: "StorageV2", sku: { name: "Standard_ZRS" } }, context);
      for (const name of ["dev", "prod"]) putResource(draft, `${containers}/${name}`, {}, context);
      const id = `${containers}/dev/providers/Microsoft.Authorization/roleAssignments/${randomness.uuid()}`;
      const properties = {
        principalId: deployer.principalId,
        principalType: "ServicePrincipal",
        roleDefinitionId: `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${roleId}`,
      };
      putResource(draft, id, { properties }, context);
    });
  await give(role);
  const response = await fetch(`${origin}/${tenantId}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: deployer.clientId,
      client_secret: deployer.clientSecret,
      scope: "https://storage.azure.com/.default",
    }),
  });
  const { access_token: token } = (await response.json()) as { access_token: string };
  const ask = (method: string, path: string, headers: Record<string, string> = {}, body?: string) =>
    fetch(`${origin}/ststates/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...headers },
      ...(body !== undefined && { body }),
    });
  const put = (path: string, body: string) => ask("PUT", path, { "x-ms-blob-type": "BlockBlob" }, body);
  return { ask, put, give, origin };
}

describe("the blobs of a storage account", () => {
  it("are written, read, listed by folders, copied and deleted", async () => {
    await using trusted = await startTrustedSandbox();
    const { ask, put } = await withContainers(trusted, CONTRIBUTOR);
    assert.equal((await put("dev/.pulumi/meta.yaml", "version: 1")).status, 201);
    assert.equal((await put("dev/.pulumi%2Fstacks%2Fa%26b.json", "{}")).status, 201);
    const read = await ask("GET", "dev/.pulumi/meta.yaml");
    assert.deepEqual([read.status, await read.text()], [200, "version: 1"]);
    assert.equal((await ask("HEAD", "dev/.pulumi/meta.yaml")).headers.get("content-length"), "10");
    const part = await ask("GET", "dev/.pulumi/meta.yaml", { "x-ms-range": "bytes=9-" });
    assert.deepEqual([part.status, await part.text()], [206, "1"]);
    const list = await ask("GET", "dev?restype=container&comp=list&prefix=.pulumi/&delimiter=/");
    const names = [...(await list.text()).matchAll(/<(BlobPrefix|Blob)><Name>([^<]*)</g)];
    assert.deepEqual(
      names.map(([, kind, name]) => [kind, name]),
      [
        ["Blob", ".pulumi/meta.yaml"],
        ["BlobPrefix", ".pulumi/stacks/"],
      ],
    );
    const all = await (await ask("GET", "dev?restype=container&comp=list")).text();
    assert.ok(all.includes("<Name>.pulumi/stacks/a&amp;b.json</Name>"));
    const source = { "x-ms-copy-source": `${trusted.origin}/ststates/dev/.pulumi/meta.yaml` };
    const copy = await ask("PUT", "dev/copy.yaml", source);
    assert.deepEqual([copy.status, copy.headers.get("x-ms-copy-status")], [202, "success"]);
    assert.equal(await (await ask("GET", "dev/copy.yaml")).text(), "version: 1");
    assert.equal((await ask("DELETE", "dev/copy.yaml")).status, 202);
    const gone = await ask("GET", "dev/copy.yaml");
    assert.deepEqual([gone.status, gone.headers.get("x-ms-error-code")], [404, "BlobNotFound"]);
  });

  it("are open only to whom a role lets in, and only as far", async () => {
    await using trusted = await startTrustedSandbox();
    const { ask, put, give, origin } = await withContainers(trusted, READER);
    const refused = await put("dev/state.json", "{}");
    assert.deepEqual(
      [refused.status, refused.headers.get("x-ms-error-code")],
      [403, "AuthorizationPermissionMismatch"],
    );
    assert.equal((await ask("DELETE", "dev/state.json")).status, 403);
    assert.equal((await ask("GET", "dev/state.json")).status, 404, "a reader is told that there is none");
    await give(CONTRIBUTOR);
    assert.equal((await put("dev/state.json", "{}")).status, 201);
    assert.equal((await put("prod/state.json", "{}")).status, 403, "the role is on the other container");
    const copy = { "x-ms-copy-source": `${origin}/ststates/prod/state.json` };
    assert.equal((await ask("PUT", "dev/copy.json", copy)).status, 403, "nor is it a way to read there");
    assert.equal((await ask("GET", "test/state.json")).status, 404);
    const stranger = await fetch(`${origin}/ststates/dev/state.json`);
    assert.equal(stranger.status, 401);
    assert.match(stranger.headers.get("www-authenticate") ?? "", /resource_id=https:\/\/storage\.azure\.com/);
  });
});
