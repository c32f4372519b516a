import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { rotationWish } from "../../../cli/pipeline/rotation-flags.ts";

describe("what a rotation is asked for", () => {
  it("is what is due, at once, if nothing is said", () => {
    const nothing = { names: [], reason: "", jitterMs: 0 };
    assert.deepEqual(rotationWish({}, {}), nothing);
    assert.deepEqual(rotationWish({}, { KEYTURN_NAMES: " ", KEYTURN_REASON: "" }), nothing);
  });

  it("comes from flags, or from what somebody typed into a form", () => {
    const wish = { names: ["mail", "post"], reason: "a laptop was stolen", jitterMs: 0 };
    assert.deepEqual(rotationWish({ name: ["mail", "post"], reason: wish.reason }, {}), wish);
    const typed = { KEYTURN_NAMES: "mail, post  mail", KEYTURN_REASON: "  a laptop was stolen " };
    assert.deepEqual(rotationWish({}, typed), wish);
    assert.deepEqual(rotationWish({ name: ["mail"] }, typed).names, ["mail"]);
  });

  it("waits as long as it is told", () => {
    assert.equal(rotationWish({ jitter: "10 minutes" }, {}).jitterMs, 600_000);
  });

  it("is refused with everything that is wrong", () => {
    const refused = (flags: Parameters<typeof rotationWish>[0], env: NodeJS.ProcessEnv = {}) => {
      try {
        rotationWish(flags, env);
      } catch (error) {
        return (error as Error).message;
      }
      return assert.fail("was taken");
    };
    const message = refused({ jitter: "soon" }, { KEYTURN_NAMES: "mail; Rm -rf $(id)", KEYTURN_REASON: "" });
    for (const part of [
      /--name "mail;"/,
      /--name "Rm"/,
      /--name "\$\(id\)"/,
      /--reason ""/,
      /--jitter soon: must be/,
    ]) {
      assert.match(message, part);
    }
    assert.match(refused({ name: ["mail"] }), /--reason "": .*say why/);
    assert.match(refused({ reason: "just so" }), /belongs to --name/);
    assert.match(refused({ jitter: "2 hours" }), /up to 1 hour/);
    assert.match(
      refused({ name: Array.from({ length: 101 }, (_, i) => `mail-${i}`), reason: "x" }),
      /at most 100/,
    );
  });
});
