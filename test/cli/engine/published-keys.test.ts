import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ArmResource } from "../../../cli/bootstrap/azure.ts";
import { publishedKeysReader } from "../../../cli/engine/published-keys.ts";
import { CommandError } from "../../../cli/exit-codes.ts";

const secret = (id: string) => ({ urn: `urn:${id}`, type: "azure-native:keyvault:Secret", id });
const reader = (resource: (id: string) => Promise<ArmResource | undefined>) =>
  publishedKeysReader({}, async () => ({ resource }));

describe("the keys that the vaults publish", () => {
  it("are the current and the previous one of each of the stack's secrets, as the vault has them", async () => {
    const tags: Record<string, Record<string, string>> = {
      "/one": { keyId: "k-2", previousKeyId: "k-1" },
      "/two": { keyId: "k-3" },
      "/other": {},
    };
    const read = reader(async (id) => (id === "/gone" ? undefined : { id, properties: {}, tags: tags[id] }));
    const resources = [
      ...["/one", "/two", "/other", "/gone"].map(secret),
      { urn: "urn:x", type: "x", id: "/x" },
    ];
    assert.deepEqual([...(await read({ resources }))].toSorted(), ["k-1", "k-2", "k-3"]);
    assert.deepEqual([...(await read({}))], []);
  });

  it("are not guessed where a vault cannot be read", async () => {
    const broken = reader(() => Promise.reject(new TypeError("fetch failed")));
    await assert.rejects(broken({ resources: [secret("/one")] }), (error: unknown) => {
      assert.ok(error instanceof CommandError);
      assert.equal(error.message, "what the vaults publish cannot be read: fetch failed");
      return true;
    });
  });
});
