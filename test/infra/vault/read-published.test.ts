import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { publishedTags } from "../../../infra/rotation/published.ts";
import {
  isMissing,
  type ReadMetadata,
  readPublished,
  type SecretMetadata,
  VaultReadError,
} from "../../../infra/vault/read-published.ts";
import { CREATED_MS, CURRENT, EXPIRES_MS, published } from "../../support/rotation-facts.ts";

const metadata = (over: Partial<SecretMetadata> = {}): SecretMetadata => ({
  tags: publishedTags(published()),
  exp: EXPIRES_MS / 1000,
  created: CREATED_MS / 1000 + 3,
  ...over,
});

const MAILMAN = { credential: "mailman", vault: "kv-sell" };

const failing =
  (text: string): ReadMetadata =>
  () =>
    Promise.reject(new Error(text));

describe("what the vault publishes", () => {
  it("is read from tags, expiry and the time of writing", async () => {
    const [read] = await readPublished([MAILMAN], () => Promise.resolve(metadata()));
    assert.deepEqual(read, {
      kind: "published",
      published: published(),
      publishedAtMs: CREATED_MS + 3000,
    });
  });

  it("is inconsistent, not unreadable, if somebody edited the tags", async () => {
    const tags = { ...publishedTags(published()), slot: "c" };
    const [read] = await readPublished([MAILMAN], () => Promise.resolve(metadata({ tags })));
    assert.deepEqual(read, {
      kind: "inconsistent",
      reason: 'the tags of the published secret are inconsistent: tag slot is "c" instead of a or b',
      keyId: CURRENT.keyId,
      expiresAtMs: EXPIRES_MS,
    });
    const [bare] = await readPublished([MAILMAN], () =>
      Promise.resolve({ tags: {}, exp: undefined, created: undefined }),
    );
    assert.equal(bare?.kind, "inconsistent");
  });

  for (const text of [
    'Status=404 Code="SecretNotFound" Message="A secret with (name/id) mailman was not found in this key vault"',
    'autorest/azure: Service returned an error. Status=404 Code="ResourceNotFound"',
    '404 Not Found: {"error":{"code":"ResourceGroupNotFound"}}',
    'Status=404 Code="ParentResourceNotFound"',
  ]) {
    it(`is nothing yet where Azure says: ${text.slice(0, 60)}`, async () => {
      assert.ok(isMissing(text));
      const [read] = await readPublished([MAILMAN], failing(text));
      assert.deepEqual(read, { kind: "missing" });
    });
  }

  for (const text of [
    "404 page not found",
    "<html>404 Not Found</html>",
    'Status=403 Code="Forbidden" Message="SecretNotFound or no right"',
    'Status=429 Code="TooManyRequests"',
    'Status=503 Code="ServiceUnavailable"',
    "dial tcp: lookup management.azure.com: no such host",
    'Status=404 Code="SubscriptionNotFound"',
    'Status=404 Code="TenantResourceNotFoundElsewhere"',
    "context deadline exceeded",
    "",
  ]) {
    it(`stops everything where the answer is: ${text}`, async () => {
      await assert.rejects(readPublished([MAILMAN], failing(text)), VaultReadError);
    });
  }

  it("is asked for with a bound, and all that cannot be read is told at once", async () => {
    let underWay = 0;
    let most = 0;
    const places = Array.from({ length: 40 }, (_, index) => ({
      credential: `mailman-${index}`,
      vault: `kv-${index % 2}`,
    }));
    const read: ReadMetadata = async (name, vault) => {
      assert.equal(vault, `kv-${Number(name.split("-")[1]) % 2}`);
      most = Math.max(most, ++underWay);
      await new Promise((done) => setImmediate(done));
      underWay--;
      if (name.endsWith("7")) throw new Error(`403 ${"long ".repeat(200)}`);
      return metadata({ tags: { ...publishedTags(published()), credential: name } });
    };
    await assert.rejects(readPublished(places, read), (error: unknown) => {
      assert.ok(error instanceof VaultReadError);
      const [first = "", ...rest] = error.message.split("\n");
      assert.match(first, /nothing was changed \(docs\/runbooks\/unreadable-vault\.md\)/);
      assert.deepEqual(
        rest.map((line) => line.trim().split(":")[0]),
        ["mailman-17 in kv-1", "mailman-27 in kv-1", "mailman-37 in kv-1", "mailman-7 in kv-1"],
      );
      for (const line of rest) assert.ok(line.length < 430);
      return true;
    });
    assert.equal(most, 8);
  });
});
