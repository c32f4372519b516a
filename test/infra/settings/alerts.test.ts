import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseSettings, SettingsError } from "../../../infra/settings/load.ts";

const id = "11111111-1111-4111-8111-111111111111";
const runbooks = "https://example.com/runbooks";
const pager = { name: "pager", webhook: "https://pager.example.com/hook?key=of-the-pager" };
const mail = { name: "on-call", email: "on-call@example.com" };

/** The settings with these alerts; of credentials that need mail, unless others are given. */
function parse(
  alerts: unknown,
  application: unknown = { displayName: "Mailman", permissions: { delegated: ["SMTP.Send"] } },
) {
  return parseSettings({
    tenantId: id,
    team: { name: "Sell", groupId: id },
    region: "westeurope",
    vault: { name: "kv-sell", resourceGroup: "rg-sell" },
    rotation: { lifetime: "90 days", period: "45 days", overlap: "7 days", splay: "5 days" },
    credentials: [{ name: "mailman", application }],
    alerts,
  });
}

function problems(alerts: unknown, application?: unknown): string[] {
  try {
    parse(alerts, application);
    return [];
  } catch (error) {
    assert.ok(error instanceof SettingsError);
    return error.violations.map(({ path, message }) => `${path}: ${message}`);
  }
}

describe("the settings of alerts", () => {
  it("have defaults for all but who is told and where to go on", () => {
    assert.deepEqual(parse({ runbooks: `${runbooks}/`, receivers: [pager] }).alerts, {
      runbooks,
      receivers: [{ ...pager, severities: ["critical", "warning", "info"] }],
      runInterval: 86_400_000,
      signInLogs: false,
      retention: 90 * 86_400_000,
    });
  });

  it("name everything that is wrong at once", () => {
    assert.deepEqual(
      problems({
        receivers: [
          { name: "nobody" },
          { name: "both", email: "a@example.com", webhook: "https://example.com" },
          { name: "mail", email: "on-call" },
          { name: "phone", sms: { countryCode: 49, phone: "none" }, severities: ["urgent"] },
          { name: "", webhook: "https://example.com", severities: [] },
        ],
        runbooks: "docs/runbooks",
        runInterval: "often",
        signInLogs: "perhaps",
        emails: ["a@example.com"],
      }),
      [
        "alerts.receivers[0]: must have exactly one of email, sms and webhook, but has none",
        "alerts.receivers[1]: must have exactly one of email, sms and webhook, but has 2",
        'alerts.receivers[2].email: must be an e-mail address (is "on-call")',
        "alerts.receivers[3].sms.countryCode: must be digits in quotes (is 49)",
        'alerts.receivers[3].sms.phone: must be 4 to 15 digits (is "none")',
        'alerts.receivers[3].severities[0]: must be one of critical, warning, info (is "urgent")',
        'alerts.receivers[4].name: must be 1 to 50 letters, digits, spaces, dots, dashes or underscores (is "")',
        "alerts.receivers[4].severities: must name at least one severity (is [])",
        'alerts.runbooks: must be an absolute https URL (is "docs/runbooks")',
        'alerts.runInterval: must be a whole number and a unit, e.g. "180 days", "12 hours", "5 minutes" (is "often")',
        'alerts.signInLogs: must be true or false (is "perhaps")',
        "alerts.emails: is no setting",
      ],
    );
    assert.deepEqual(problems(undefined), ["alerts: is missing"]);
  });

  it("keep a webhook's key out of the error text", () => {
    const [problem = ""] = problems({
      runbooks,
      receivers: [{ name: "pager", webhook: "http://pager.example.com/?key=secret" }],
    });
    assert.equal(problem, 'alerts.receivers[0].webhook: must be an absolute https URL (is "http://…")');
  });

  it("refuse e-mail as the only way for alerts about what mail depends on", () => {
    const only = (severities: string) => [
      `alerts.receivers: has only e-mail for ${severities} alerts, but mail depends on mailman: when that credential fails, mail may be what fails; add a receiver with sms or webhook`,
    ];
    const refused = only("critical and warning");
    const onlyWarns = { ...pager, severities: ["warning"] };
    const onlyPages = { ...pager, severities: ["critical"] };
    const text = { name: "text", sms: { countryCode: "49", phone: "1701234567" } };
    assert.deepEqual(problems({ runbooks, receivers: [mail] }), refused);
    assert.deepEqual(problems({ runbooks, receivers: [mail, onlyWarns] }), only("critical"));
    assert.deepEqual(problems({ runbooks, receivers: [mail, onlyPages] }), only("warning"));
    assert.deepEqual(problems({ runbooks, receivers: [mail, onlyWarns, { ...onlyPages, name: "p2" }] }), []);
    assert.deepEqual(problems({ runbooks, receivers: [mail, pager] }), []);
    assert.deepEqual(problems({ runbooks, receivers: [mail, text] }), []);
    assert.deepEqual(
      problems(
        { runbooks, receivers: [mail] },
        { displayName: "Reader", permissions: { delegated: ["User.Read"] } },
      ),
      [],
    );
    assert.deepEqual(
      problems({ runbooks, receivers: [mail] }, { clientId: id }),
      refused,
      "nobody knows what it may do",
    );
  });

  it("demand that somebody hears of critical alerts and of warnings", () => {
    const unheard = (severity: string) =>
      `alerts.receivers: has nobody who is told of ${severity} alerts: add "${severity}" to a receiver's severities`;
    assert.deepEqual(problems({ runbooks, receivers: [{ ...pager, severities: ["info"] }] }), [
      unheard("critical"),
      unheard("warning"),
    ]);
    assert.deepEqual(problems({ runbooks, receivers: [{ ...pager, severities: ["critical"] }] }), [
      unheard("warning"),
    ]);
  });

  it("refuse what Azure would refuse", () => {
    const many = Array.from({ length: 11 }, (_, index) => ({ ...pager, name: `pager ${index}` }));
    assert.deepEqual(problems({ runbooks, receivers: many }), [
      "alerts.receivers: has 11 receivers by webhook, but Azure takes at most 10",
    ]);
    assert.deepEqual(problems({ runbooks, receivers: many.slice(1) }), []);
    assert.deepEqual(
      problems({ runbooks, receivers: [pager, pager], runInterval: "36 hours", retention: "29 days" }),
      [
        'alerts.receivers[1].name: "pager" is taken by alerts.receivers[0]: names must differ',
        "alerts.runInterval: must be one of 1 hour, 2 hours, 3 hours, 12 hours, 1 day (is 36 hours)",
        "alerts.retention: must be 30 to 730 whole days (is 29 days)",
      ],
    );
    assert.deepEqual(problems({ runbooks, receivers: [pager], retention: "36 hours" }), [
      "alerts.retention: must be 30 to 730 whole days (is 36 hours)",
    ]);
  });
});
