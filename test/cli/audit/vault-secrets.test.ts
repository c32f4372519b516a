import assert from "node:assert/strict";
import { test } from "node:test";
import { KEY_ID_TAG } from "../../../cli/audit/stack/managed-names.ts";
import { readVaults } from "../../../cli/audit/vault/secrets.ts";
import { startGraph, testCredential } from "../../support/graph-server.ts";

test("no more vaults are read at once than allowed, and all of them are", async (context) => {
  const concurrency = 3;
  let [now, most] = [0, 0];
  const vaults = await Promise.all(
    Array.from({ length: 8 }, () =>
      startGraph(context, async () => {
        now++;
        most = Math.max(most, now);
        // Gives others the chance to come in, as many as may.
        for (let turn = 0; turn < 200 && now <= concurrency; turn++) await new Promise(setImmediate);
        now--;
        return { status: 404, body: {} };
      }),
    ),
  );
  const uris = vaults.map(({ origin }) => origin);
  const { gaps } = await readVaults(uris, testCredential, KEY_ID_TAG, concurrency, { baseDelayMs: 1 });
  assert.equal(gaps.length, uris.length);
  assert.equal(most, concurrency);
});
