import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { orphanKeys } from "../../../infra/credential/orphan-keys.ts";

const owner = { stack: "prod", credential: "mailman" };

describe("a key that nobody knows", () => {
  const orphans = (...names: (string | null | undefined)[]) =>
    orphanKeys(
      names.map((displayName, index) => ({ keyId: `key-${index}`, displayName })),
      owner,
      new Set(["key-0"]),
    ).map(({ keyId }) => keyId);

  it("is an orphan if this stack made it for this credential", () => {
    assert.deepEqual(orphans("keyturn/prod/mailman/a/1", "keyturn/prod/mailman/b/2"), ["key-1"]);
  });

  it("is left alone if it is another stack's, another credential's, or made by hand", () => {
    const known = "keyturn/prod/mailman/a/1";
    assert.deepEqual(orphans(known, "keyturn/dev/mailman/a/2", "keyturn/prod/mailman-2/a/2"), []);
    assert.deepEqual(
      orphans(known, "", null, undefined, "by hand", "keyturn/prod/mailman/a/2 (by hand)"),
      [],
    );
  });
});
