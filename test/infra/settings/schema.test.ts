import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DAY_MS } from "../../../infra/duration.ts";
import { ID, OTHER_ID, problems, rawCredential, settings } from "../../support/settings-facts.ts";

const GUID = "must be a GUID such as 4633458b-17de-408a-b874-0445c86b69e6";
const DURATION = 'must be a whole number and a unit, e.g. "180 days", "12 hours", "5 minutes"';
const NAME =
  "must be 1 to 60 lower-case letters, digits and dashes, beginning with a letter: it becomes the name of a Key Vault secret";

const ofCredential = (over: Record<string, unknown>) => problems({ credentials: [rawCredential(over)] });

describe("the settings", () => {
  it("have a default for what most stacks want", () => {
    const parsed = settings();
    assert.deepEqual(parsed.rotation, {
      lifetime: 90 * DAY_MS,
      period: 45 * DAY_MS,
      overlap: 7 * DAY_MS,
      splay: 5 * DAY_MS,
    });
    assert.deepEqual(parsed.verification, { successes: 3, pause: 1_000, window: 300_000 });
    assert.deepEqual(parsed.tags, {});
    assert.deepEqual(parsed.owners, []);
    assert.equal(parsed.protect, true);
    assert.deepEqual(parsed.credentials, [
      {
        name: "mailman",
        application: {
          displayName: "Mailman",
          audience: "AzureADMyOrg",
          permissions: { delegated: [], application: [] },
          redirectUris: [],
        },
        consumers: [],
        federated: [],
      },
    ]);
  });

  it("compare ids in small letters, however they are written", () => {
    const upper = ID.replaceAll("1", "A");
    assert.equal(settings({ tenantId: upper }).tenantId, upper.toLowerCase());
  });

  it("name everything that is wrong at once: setting, value, and what is allowed", () => {
    assert.deepEqual(
      problems({
        tenantId: "contoso.onmicrosoft.com",
        team: { name: "", groupId: 7 },
        region: "West Europe",
        tags: { team: 1 },
        vault: { name: "1-vault", resourceGroup: "rg." },
        rotation: { lifetime: "90", period: "1 month", overlap: 7, splay: "5 days", jitter: "1 day" },
        credentials: [],
        verification: { successes: 0, pause: "soon", window: "5 min" },
        owners: ["me"],
        protect: "yes",
        teem: {},
      }),
      [
        `tenantId: ${GUID} (is "contoso.onmicrosoft.com")`,
        'team.name: must not be empty (is "")',
        "team.groupId: Invalid input: expected string, received number (is 7)",
        'region: must be a region\'s name such as westeurope (is "West Europe")',
        "tags.team: Invalid input: expected string, received number (is 1)",
        'vault.name: must be 3 to 24 letters, digits and single dashes, beginning with a letter and ending with a letter or digit (is "1-vault")',
        'vault.resourceGroup: must be 2 to 90 letters, digits, dots, dashes, underscores or parentheses (is "rg.")',
        `rotation.lifetime: ${DURATION} (is "90")`,
        `rotation.period: ${DURATION} (is "1 month")`,
        `rotation.overlap: ${DURATION} (is 7)`,
        "rotation.jitter: is no setting",
        "credentials: must name at least one credential (is [])",
        "verification.successes: must be at least 1 (is 0)",
        `verification.pause: ${DURATION} (is "soon")`,
        `verification.window: ${DURATION} (is "5 min")`,
        'owners[0]: must be a GUID such as 4633458b-17de-408a-b874-0445c86b69e6 (is "me")',
        'protect: Invalid input: expected boolean, received string (is "yes")',
        "teem: is no setting",
      ],
    );
  });

  it("name everything that is missing", () => {
    const missing = Object.fromEntries(
      ["tenantId", "team", "region", "vault", "rotation", "credentials", "alerts"].map((name) => [
        name,
        undefined,
      ]),
    );
    assert.deepEqual(
      problems(missing),
      Object.keys(missing).map((name) => `${name}: is missing`),
    );
    assert.deepEqual(problems({ rotation: { lifetime: "90 days", splay: "0 days" } }), [
      "rotation.period: is missing",
      "rotation.overlap: is missing",
    ]);
  });
});

describe("a credential's settings", () => {
  for (const name of [
    "",
    "Mailman",
    "1mailman",
    "mail_man",
    "mailman-",
    "-mailman",
    "m".repeat(61),
    "a b",
    "ä",
  ]) {
    it(`refuse the name ${JSON.stringify(name)}`, () => {
      const shown = JSON.stringify(name).slice(0, 79);
      assert.deepEqual(ofCredential({ name }), [`credentials[0].name: ${NAME} (is ${shown})`]);
    });
  }

  it("refuse two dashes in a row in a name", () => {
    assert.deepEqual(ofCredential({ name: "mail--man" }), [
      'credentials[0].name: must not contain two dashes in a row (is "mail--man")',
    ]);
  });

  it("name what is wrong with the kind of application that is meant", () => {
    assert.deepEqual(ofCredential({ application: { clientId: "mailman", displayName: "Mailman" } }), [
      `credentials[0].application.clientId: ${GUID} (is "mailman")`,
      "credentials[0].application.displayName: is no setting",
    ]);
    assert.deepEqual(
      ofCredential({
        application: {
          displayName: "n".repeat(121),
          audience: "AzureADandPersonalMicrosoftAccount",
          redirectUris: ["http://sell.example.com/callback", "/callback", "http://localhost:3000/callback"],
          permissions: { delegated: ["Mail.Sent", "Files.Read.All"], application: ["Mail.Send"] },
          secret: "x",
        },
      }).map((text) => text.replace(/known: .*/, "known: …").replace(/n{20,}…?/, "n…")),
      [
        'credentials[0].application.displayName: must be at most 120 characters (is "n…)',
        'credentials[0].application.audience: must be AzureADMyOrg or AzureADMultipleOrgs (an application open to personal accounts holds at most two secrets, too few to rotate safely beside a hand-made one) (is "AzureADandPersonalMicrosoftAccount")',
        "credentials[0].application.permissions.delegated[0]: is no delegated permission (did you mean Mail.Send?); known: …",
        "credentials[0].application.permissions.delegated[1]: is no delegated permission; known: …",
        'credentials[0].application.redirectUris[0]: must use https (http is allowed for localhost only) (is "http://sell.example.com/callback")',
        'credentials[0].application.redirectUris[1]: must be an absolute URL (is "/callback")',
        "credentials[0].application.secret: is no setting",
      ],
    );
  });

  it("say so if the application is missing or no application", () => {
    assert.deepEqual(ofCredential({ application: undefined }), ["credentials[0].application: is missing"]);
    for (const application of [null, "mailman", []]) {
      const [problem = "", ...others] = ofCredential({ application });
      assert.match(problem, /^credentials\[0\]\.application: .*expected object/);
      assert.deepEqual(others, []);
    }
    assert.deepEqual(ofCredential({ application: {} }), [
      "credentials[0].application.displayName: is missing",
    ]);
  });

  it("name what is wrong with consumers, holds, requests and identities", () => {
    assert.deepEqual(
      ofCredential({
        consumers: [
          { name: "mailman", principalId: "mailman" },
          { name: "Mail", principalType: "User" },
        ],
        hold: { until: "christmas", reason: "" },
        request: { id: "two words", action: "renew", reason: "r".repeat(201) },
        federated: [{ name: "pipeline", issuer: "http://issuer.example.com", subject: "" }],
        consumer: [],
      }).map((text) => text.replace(/r{20,}…?/, "r…")),
      [
        `credentials[0].consumers[0].principalId: ${GUID} (is "mailman")`,
        `credentials[0].consumers[1].name: ${NAME} (is "Mail")`,
        "credentials[0].consumers[1].principalId: is missing",
        'credentials[0].consumers[1].principalType: Invalid option: expected one of "ServicePrincipal"|"Group" (is "User")',
        'credentials[0].federated[0].issuer: must be an absolute URL (is "http://issuer.example.com")',
        'credentials[0].federated[0].subject: must not be empty (is "")',
        'credentials[0].hold.until: must be a date such as 2026-12-01 or 2026-12-01T09:00:00Z (is "christmas")',
        'credentials[0].hold.reason: must not be empty (is "")',
        'credentials[0].request.id: must be 1 to 64 letters, digits, dots, dashes, colons or underscores (is "two words")',
        'credentials[0].request.action: Invalid option: expected one of "rotate"|"revoke"|"rollback"|"retire" (is "renew")',
        'credentials[0].request.reason: must be at most 200 characters (is "r…)',
        "credentials[0].consumer: is no setting",
      ],
    );
  });

  it("take at most the twenty identities that Entra takes", () => {
    const identities = Array.from({ length: 21 }, (_, index) => ({
      name: `pipeline-${index}`,
      issuer: "https://issuer.example.com",
      subject: "repo:sell/mailman",
    }));
    assert.deepEqual(ofCredential({ federated: identities.slice(1) }), []);
    assert.match(ofCredential({ federated: identities })[0] ?? "", /must be at most 20: Entra takes no more/);
  });

  it("know a leap day", () => {
    const hold = (until: string) => ofCredential({ hold: { until, reason: "year's end" } });
    assert.deepEqual(hold("2028-02-29"), []);
    assert.equal(hold("2027-02-29").length, 1);
  });

  it("may differ from the stack's rotation in one thing alone", () => {
    const [first] = settings({
      credentials: [rawCredential({ rotation: { overlap: "9 days" } })],
    }).credentials;
    assert.deepEqual(first?.rotation, { overlap: 9 * DAY_MS });
  });

  it("adopt an application by its client id", () => {
    const [first] = settings({
      credentials: [rawCredential({ application: { clientId: OTHER_ID } })],
    }).credentials;
    assert.deepEqual(first?.application, { clientId: OTHER_ID });
  });
});
