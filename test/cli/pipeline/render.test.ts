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
});
