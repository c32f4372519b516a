import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { renderPreviewComment } from "../../../cli/pipeline/render.ts";
import { previewDocument } from "../../../cli/preview/document.ts";
import { readEvents } from "../../../cli/preview/events.ts";
import { renderPreviewTable } from "../../../cli/preview/render-table.ts";
import { generateSecretValue } from "../../../sandbox/entra/secret-value.ts";
import { seededRandomness } from "../../../sandbox/randomness.ts";
import { assessmentOf } from "./assessment.ts";

describe("the comment of a pipeline's preview", () => {
  it("holds no secret that a provider or a policy repeats", () => {
    const secret = generateSecretValue(seededRandomness("comment"));
    const message = `Graph answered 400: {"secretText":"${secret}"}`;
    const document = previewDocument({
      stack: "dev",
      at: undefined,
      plans: [],
      events: readEvents([
        JSON.stringify({ diagnosticEvent: { severity: "error", message } }),
        JSON.stringify({
          policyEvent: { message, policyName: "r", enforcementLevel: "mandatory", resourceUrn: "a::b::c::d" },
        }),
      ]),
    });
    const comment = renderPreviewComment(assessmentOf({ document, succeeded: false }), {
      stack: "dev",
      head: "a".repeat(40),
    });
    const read = comment.replaceAll(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
    for (const text of [comment, read, renderPreviewTable(document, (_, styled) => styled)]) {
      assert.ok(!text.includes(secret.slice(5, 30)), text);
    }
    assert.equal(read.split('"secretText":"[secret]"').length, 3, read);
  });

  it("does not call a new policy without effect", () => {
    const credential = (name: string, at: string) => ({
      name,
      action: "keep",
      reason: "due later",
      refusals: [],
      consumers: [],
      current: { slot: "a", generation: 1, keyId: "k", expiresAt: "2026-07-01T00:00:00Z" },
      fromNextRotation: ["a secret lives 80 days instead of 90 days"],
      next: { action: "rotate", at, reason: "" },
    });
    const comment = (...plans: ReturnType<typeof credential>[]) => {
      const document = previewDocument({ stack: "dev", at: undefined, plans, events: readEvents([]) });
      return renderPreviewComment(assessmentOf({ document }), { stack: "dev", head: undefined });
    };
    assert.match(
      comment(credential("post", "2026-06-01T00:00:00Z"), credential("mail", "2026-05-01T00:00:00Z")),
      /nothing at once but what is due by plan; \*\*from their next rotation on, the first on 2026-05-01, 2 credentials follow the new policy\*\*\.$/,
    );
    assert.match(comment(), /Merging changes nothing but what is due by plan\.$/);
  });
});
