import assert from "node:assert/strict";
import { test } from "node:test";
import { CloudError, findCloud } from "../../../../cli/audit/graph/cloud.ts";

const nowhere = { graphUrl: undefined, authorityHost: undefined, metadataHost: undefined };
const answer = (status: number, body: unknown) => () => Promise.resolve(Response.json(body, { status }));

test("each cloud has its own Graph and vaults", async () => {
  const of = (authorityHost?: string) => findCloud({ ...nowhere, authorityHost });
  assert.deepEqual(await of(), {
    graphUrl: "https://graph.microsoft.com",
    vaultSuffix: "vault.azure.net",
    privateAuthority: false,
  });
  assert.equal((await of("https://login.microsoftonline.us/")).graphUrl, "https://graph.microsoft.us");
  assert.equal((await of("login.chinacloudapi.cn")).vaultSuffix, "vault.azure.cn");
});

test("a private cloud describes itself", async () => {
  const asked: string[] = [];
  const cloud = await findCloud({
    graphUrl: undefined,
    authorityHost: "https://localhost:8443",
    metadataHost: "localhost:8443",
    fetch: (url) => {
      asked.push(url);
      return answer(200, {
        microsoftGraphResourceId: "https://localhost:8443/",
        suffixes: { keyVaultDns: "vault.localhost:8443" },
      })();
    },
  });
  assert.deepEqual(asked, ["https://localhost:8443/metadata/endpoints?api-version=2022-09-01"]);
  assert.deepEqual(cloud, {
    graphUrl: "https://localhost:8443",
    vaultSuffix: "vault.localhost:8443",
    privateAuthority: true,
  });
});

test("what the user says is taken without asking, and cut to its origin", async () => {
  const cloud = await findCloud({
    graphUrl: "https://dod-graph.microsoft.us/v1.0/",
    authorityHost: "https://login.microsoftonline.us",
    metadataHost: "example.invalid",
    fetch: () => Promise.reject(new Error("asked")),
  });
  assert.equal(cloud.graphUrl, "https://dod-graph.microsoft.us");
});

test("a cloud that cannot be found out is an error that says what to give", async () => {
  const rejects = (args: Partial<Parameters<typeof findCloud>[0]>, message: RegExp) =>
    assert.rejects(
      findCloud({ ...nowhere, ...args }),
      (error: unknown) =>
        error instanceof CloudError && message.test(error.message) && /--graph-url/.test(error.message),
    );
  await rejects({ authorityHost: "https://login.example.com" }, /login\.example\.com/);
  await rejects({ metadataHost: "x", fetch: answer(404, {}) }, /404/);
  await rejects(
    { metadataHost: "x", fetch: answer(200, { microsoftGraphResourceId: "http://plain" }) },
    /names no/,
  );
  await rejects(
    { metadataHost: "x", fetch: () => Promise.reject(new TypeError("fetch failed")) },
    /fetch failed/,
  );
});
