import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DAY_MS } from "../../../infra/duration.ts";
import { PLACEHOLDER_ID, placeholderPaths, policyOf } from "../../../infra/settings/consistency.ts";
import { ID, OTHER_ID, problems, rawCredential, settings } from "../../support/settings-facts.ts";

const rotation = { lifetime: "90 days", period: "45 days", overlap: "7 days", splay: "5 days" };
const credentials = (...over: Record<string, unknown>[]) =>
  problems({ credentials: over.map((each) => rawCredential(each)) });
const consumer = (name: string, principalId = ID) => ({ name, principalId });
const federated = [{ name: "pipeline", issuer: "https://issuer.example.com", subject: "repo:sell/mailman" }];
const hold = { until: "2027-01-01", reason: "year's end" };
const request = (action: string) => ({ id: "1", action, reason: "a test" });

describe("settings that do not fit together", () => {
  it("are named all at once, each with its place", () => {
    assert.deepEqual(
      problems({
        rotation: { ...rotation, overlap: "50 days" },
        credentials: [
          rawCredential({ rotation: { period: "80 days" } }),
          rawCredential({ consumers: [consumer("reader"), consumer("reader")] }),
        ],
        owners: [PLACEHOLDER_ID],
      }).map((text) => text.split(":")[0]),
      [
        "rotation",
        "rotation",
        "credentials[0].rotation",
        "credentials[0].rotation",
        "credentials[1].name",
        "credentials[1].consumers[1].name",
        "credentials[1].consumers[1].principalId",
        "owners[0]",
      ],
    );
  });

  it("are a policy that could let a secret expire, the stack's or a credential's own", () => {
    const lifetime =
      "lifetime - period - splay must be at least 31 days, but is 30 days: the 30 days alert would fire in normal operation";
    assert.deepEqual(problems({ rotation: { ...rotation, lifetime: "80 days" } }), [`rotation: ${lifetime}`]);
    assert.deepEqual(credentials({ rotation: { lifetime: "80 days" } }), [
      `credentials[0].rotation: ${lifetime}`,
    ]);
    assert.deepEqual(credentials({ rotation: { lifetime: "81 days" } }), []);
  });

  it("are a splay that is no whole number of days", () => {
    assert.deepEqual(credentials({ rotation: { splay: "36 hours" } }), [
      "credentials[0].rotation: splay must be a whole number of days, not 36 hours",
    ]);
  });

  it("are two credentials of one name, or of one application", () => {
    assert.deepEqual(credentials({}, { name: "other" }, {}), [
      'credentials[2].name: "mailman" is taken by credentials[0]: names must differ',
    ]);
    const application = { clientId: OTHER_ID.replaceAll("2", "A") };
    assert.deepEqual(
      credentials(
        { application },
        { name: "other", application: { clientId: application.clientId.toLowerCase() } },
      ),
      [
        `credentials[1].application.clientId: ${application.clientId.toLowerCase()} is managed as "mailman" already: one credential for an application`,
      ],
    );
  });

  it("are consumers that are one", () => {
    assert.deepEqual(credentials({ consumers: [consumer("a"), consumer("b")] }), [
      `credentials[0].consumers[1].principalId: "${ID}" is taken by consumers[0]`,
    ]);
    assert.deepEqual(credentials({ consumers: [consumer("a"), consumer("a", OTHER_ID)] }), [
      'credentials[0].consumers[1].name: "a" is taken by consumers[0]',
    ]);
  });

  it("are consumers of two credentials whose rights would have one name", () => {
    assert.deepEqual(
      credentials(
        { consumers: [consumer("office-reader")] },
        { name: "mailman-office", consumers: [consumer("reader")] },
      ),
      [
        'credentials[1].consumers[0].name: "reader" of "mailman-office" has the same name as a consumer of "mailman" when joined by a dash (mailman-office-reader): choose another',
      ],
    );
    assert.deepEqual(
      credentials(
        { consumers: [consumer("reader")] },
        { name: "mailman-office", consumers: [consumer("reader")] },
      ),
      [],
    );
  });

  it("are words about a secret where there is none", () => {
    const contradicts =
      "speaks of a secret, but the credential is federated and has none: remove it, or remove `federated`";
    assert.deepEqual(
      credentials({
        federated,
        consumers: [consumer("a")],
        rotation: {},
        hold,
        request: request("rotate"),
      }).filter((text) => text.endsWith(contradicts)),
      ["consumers", "rotation", "hold", "request"].map((key) => `credentials[0].${key}: ${contradicts}`),
    );
    assert.deepEqual(credentials({ federated }), []);
  });

  it("are a hold, and a request to rotate all the same", () => {
    assert.deepEqual(credentials({ hold, request: request("rotate") }), [
      "credentials[0].request: asks to rotate while the credential is held (year's end): remove one of the two",
    ]);
    assert.deepEqual(credentials({ hold, request: request("revoke") }), []);
  });

  it("are a proof that takes longer than publication may be late", () => {
    assert.deepEqual(problems({ verification: { window: "5 minutes" } }), []);
    assert.deepEqual(problems({ verification: { window: "301 seconds" } }), [
      "verification.window: must be at most 5 minutes (is 301 seconds)",
    ]);
  });

  it("are pauses between tokens that leave no time for the last one", () => {
    assert.deepEqual(
      problems({ verification: { successes: 3, pause: "5 seconds", window: "10 seconds" } }),
      [],
    );
    assert.deepEqual(problems({ verification: { successes: 4, pause: "5 seconds", window: "10 seconds" } }), [
      "verification.pause: 5 seconds between 4 tokens does not fit into the window (10 seconds): no secret could ever be proved",
    ]);
  });
});

describe("a credential's policy", () => {
  it("is the stack's, with its own settings over it", () => {
    const parsed = settings({ credentials: [rawCredential({ rotation: { overlap: "9 days" } })] });
    const [first] = parsed.credentials;
    assert.ok(first);
    assert.deepEqual(policyOf(parsed, first), {
      lifetimeMs: 90 * DAY_MS,
      periodMs: 45 * DAY_MS,
      overlapMs: 9 * DAY_MS,
      splayMs: 5 * DAY_MS,
    });
  });
});

describe("placeholders", () => {
  it("are refused wherever they stand", () => {
    assert.deepEqual(
      problems({
        tenantId: PLACEHOLDER_ID,
        credentials: [rawCredential({ consumers: [consumer("a"), consumer("b", PLACEHOLDER_ID)] })],
      }),
      [
        "tenantId: is still the placeholder (all zeros): fill in the real id",
        "credentials[0].consumers[1].principalId: is still the placeholder (all zeros): fill in the real id",
      ],
    );
  });

  it("are found in anything", () => {
    assert.deepEqual(placeholderPaths({ a: [{ b: PLACEHOLDER_ID }], c: null, d: 1 }), ["a[0].b"]);
    assert.deepEqual(placeholderPaths("text"), []);
  });
});
