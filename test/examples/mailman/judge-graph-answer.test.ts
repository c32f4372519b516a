import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Customer } from "../../../examples/mailman/src/customer.ts";
import type { QueuedMessage } from "../../../examples/mailman/src/message.ts";
import type { SubmissionError } from "../../../examples/mailman/src/submission.ts";
import { submitByGraph } from "../../../examples/mailman/src/submit-by-graph.ts";

const customer: Customer = {
  id: "ann",
  mailbox: "ann@contoso.test",
  way: "graph",
  signIn: { as: "application", tenantId: "8a7f0000-0000-4000-8000-000000000001" },
};
const message: QueuedMessage = {
  id: 1,
  messageId: "<1@crm.test>",
  customer: "ann",
  to: ["bob@contoso.test"],
  subject: "Hello",
  text: "Good morning.",
  acceptedAtMs: 0,
  attempts: 0,
};
const graphs = (code: string) => JSON.stringify({ error: { code, message: "words" } });
const page = "<html>Sign in to the network</html>";

describe("an answer of Graph other than 202", () => {
  for (const [status, body, kind] of [
    [200, page, "transient"],
    [204, null, "transient"],
    [302, null, "transient"],
    [400, page, "transient"],
    [400, "{}", "transient"],
    [400, graphs("ErrorInvalidRecipients"), "permanent"],
    [400, graphs("ErrorSubmissionQuotaExceeded"), "transient"],
    [401, graphs("InvalidAuthenticationToken"), "token-refused"],
    [402, page, "transient"],
    [403, graphs("ErrorAccessDenied"), "transient"],
    [404, graphs("MailboxNotEnabledForRESTAPI"), "transient"],
    [405, page, "transient"],
    [407, page, "transient"],
    [408, null, "transient"],
    [413, page, "transient"],
    [413, graphs("RequestEntityTooLarge"), "permanent"],
    [418, page, "transient"],
    [422, graphs("UnprocessableEntity"), "permanent"],
    [429, graphs("ApplicationThrottled"), "transient"],
    [451, page, "transient"],
    [500, graphs("generalException"), "transient"],
    [503, page, "transient"],
    [507, graphs("ErrorQuotaExceeded"), "transient"],
  ] as const) {
    it(`${status} ${body ?? "without a body"}: ${kind}`, async () => {
      const fetch = async () => new Response(body, { status });
      const submit = submitByGraph({ url: "https://graph.test/v1.0", fetch });
      await assert.rejects(
        Promise.resolve(submit(customer, "token", message)),
        (error: SubmissionError) => error.kind === kind && error.message.includes(String(status)),
      );
    });
  }
});
