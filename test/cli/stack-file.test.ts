import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { withHold } from "../../cli/operate/stack-file.ts";

const hold = { until: Date.UTC(2026, 11, 24), reason: "freeze", pastSafeDate: false };
const file = `# who owns this
config:
  keyturn:region: westeurope
  keyturn:credentials:
    # the important one
    - name: mailman
      application:
        displayName: Mailman
    - name: other
      hold:
        until: 2026-01-01
        reason: old
`;

describe("a hold in a stack's file", () => {
  it("is written beside what is there, comments included", () => {
    assert.equal(
      withHold(file, "mailman", hold),
      file.replace(
        "        displayName: Mailman\n",
        "        displayName: Mailman\n      hold:\n        until: 2026-12-24T00:00:00Z\n        reason: freeze\n",
      ),
    );
  });

  it("is removed again", () => {
    assert.equal(withHold(withHold(file, "mailman", hold), "mailman", undefined), file);
    assert.doesNotMatch(withHold(file, "other", undefined), /hold:/);
  });

  it("says when the risk is taken", () => {
    assert.match(withHold(file, "other", { ...hold, pastSafeDate: true }), /pastSafeDate: true/);
  });

  it("goes into a list that is written as text, too", () => {
    const text = 'config:\n  keyturn:credentials: \'[{"name":"mailman"}]\'\n';
    assert.match(withHold(text, "mailman", hold), /"until":"2026-12-24T00:00:00Z"/);
  });

  it("is refused for a credential that is not there", () => {
    assert.throws(() => withHold(file, "nobody", hold), /the stack's file has no credential "nobody"/);
  });
});
