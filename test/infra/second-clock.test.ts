import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DAY_MS } from "../../infra/duration.ts";
import { secondClockMs } from "../../infra/second-clock.ts";

const VAULT_MS = Date.UTC(2028, 1, 29, 12);
const vaultUri = "https://kv-sell.vault.azure.net/";

const answering = (headers: Record<string, string>) => async (url: string) => {
  assert.equal(url, "https://kv-sell.vault.azure.net/secrets?api-version=7.4");
  return new Response("{}", { status: 401, headers });
};

describe("the second clock", () => {
  const fetch = answering({ date: "Tue, 29 Feb 2028 12:00:00 GMT" });

  it("is the vault's or this machine's, whichever is ahead", async () => {
    const at = (localMs: number) => secondClockMs({ localMs, vaultUri, fetch });
    assert.equal(await at(VAULT_MS - DAY_MS), VAULT_MS);
    assert.equal(await at(VAULT_MS + DAY_MS), VAULT_MS + DAY_MS);
  });

  it("is this machine's if the vault does not tell", async () => {
    const refused = () => Promise.reject(new TypeError("fetch failed"));
    for (const each of [answering({}), answering({ date: "today" }), refused]) {
      assert.equal(await secondClockMs({ localMs: VAULT_MS, vaultUri, fetch: each }), VAULT_MS);
    }
    assert.equal(await secondClockMs({ localMs: VAULT_MS, vaultUri: "no address", fetch }), VAULT_MS);
  });
});
