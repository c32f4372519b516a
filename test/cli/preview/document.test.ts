import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { alarmsOf } from "../../../cli/preview/alarms.ts";
import { previewDocument } from "../../../cli/preview/document.ts";
import { type PreviewEvents, readEvents } from "../../../cli/preview/events.ts";
import { renderPreviewMarkdown } from "../../../cli/preview/render-markdown.ts";
import { renderPreviewTable } from "../../../cli/preview/render-table.ts";
import type { PlanReport } from "../../../infra/plan-report.ts";
import { assertGolden } from "../../support/golden.ts";
import { eventLine } from "./event-line.ts";

const PASSWORD = "azuread:index/applicationPassword:ApplicationPassword";
const ROTATING = "keyturn:credential:RotatingCredential";
const PUBLISHED = "keyturn:vault:PublishedSecret";

const KEY_1 = "11111111-1111-4111-8111-111111111111";
const KEY_2 = "22222222-2222-4222-8222-222222222222";

function plan(over: Partial<PlanReport> = {}): PlanReport {
  return {
    name: "mail",
    action: "keep",
    reason: "nothing is due",
    refusals: [],
    consumers: ["mailman"],
    current: { slot: "b", generation: 2, keyId: KEY_2, expiresAt: "2026-07-01T00:00:00Z" },
    previous: {
      slot: "a",
      generation: 1,
      keyId: KEY_1,
      expiresAt: "2026-05-01T00:00:00Z",
      retireAfter: "2026-04-20T00:00:00Z",
    },
    next: { action: "rotate", at: "2026-06-01T00:00:00Z", reason: "the period is over" },
    ...over,
  };
}

const ofMail: [string, string] = [ROTATING, "mail"];
const password = (op: string, slot: string, keyId: string) =>
  eventLine({ op, type: PASSWORD, name: `mail-${slot}`, parent: ofMail, id: `x/password/${keyId}` });

function alarms(lines: string[], plans: PlanReport[] = [plan()]): string[] {
  return alarmsOf(readEvents(lines).steps, plans).map(({ what }) => what);
}

describe("alarms", () => {
  it("are raised for whatever would break a consumer", () => {
    const vital: [string, string, [string, string]?][] = [
      ["azuread:index/application:Application", "mail", ofMail],
      ["azuread:index/servicePrincipal:ServicePrincipal", "mail", ofMail],
      [
        "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential",
        "ci-github",
        ["keyturn:credential:FederatedCredential", "ci"],
      ],
      ["azure-native:keyvault:Vault", "vault"],
      ["azure-native:resources:ResourceGroup", "vault-group"],
      ["azure-native:keyvault:Secret", "mail", [PUBLISHED, "mail"]],
      ["azure-native:authorization:RoleAssignment", "mail-mailman", [PUBLISHED, "mail"]],
    ];
    for (const [type, name, parent] of vital) {
      const lines = (op: string) => [eventLine({ op, type, name, ...(parent !== undefined && { parent }) })];
      for (const op of ["delete", "replace", "create-replacement", "delete-replaced"]) {
        assert.equal(alarms(lines(op)).length, 1, `${op} ${type}`);
      }
      for (const op of ["create", "same"]) assert.deepEqual(alarms(lines(op)), [], `${op} ${type}`);
    }
  });

  it("know the published secret from one whose time is over", () => {
    assert.match(alarms([password("delete", "b", KEY_2)])[0] ?? "", /PUBLISHED secret, generation 2/);
    assert.match(alarms([password("replace", "b", KEY_2)])[0] ?? "", /is replaced/);
    assert.match(alarms([password("delete", "a", KEY_1)])[0] ?? "", /promised until 2026-04-20/);
    assert.deepEqual(
      alarms([password("delete", "a", KEY_1)], [plan({ action: "retire", retiredGeneration: 1 })]),
      [],
    );
    const rotation = plan({
      action: "rotate",
      publish: { slot: "a", generation: 3, expiresAt: "2026-10-01T00:00:00Z" },
    });
    assert.deepEqual(alarms([password("replace", "a", KEY_1)], [rotation]), []);
    assert.equal(alarms([password("replace", "b", KEY_2)], [rotation]).length, 1, "never the published one");
    assert.match(alarms([password("delete", "a", KEY_1)], [])[0] ?? "", /no plan asks for it/);
    const unproved = "33333333-3333-4333-8333-333333333333";
    assert.deepEqual(alarms([password("replace", "a", unproved)]), [], "nobody has ever had it");
  });

  it("are raised for a published value that changes by itself", () => {
    const secret = (changed: string[]) =>
      eventLine({
        op: "update",
        type: "azure-native:keyvault:Secret",
        name: "mail",
        parent: [PUBLISHED, "mail"],
        changed,
      });
    assert.equal(alarms([secret(["properties.value"])]).length, 1);
    assert.deepEqual(alarms([secret(["tags"])]), []);
  });
});

describe("what is kept of the engine's events", () => {
  it("is nothing but names, dates and rights: no value, no debug message", () => {
    const value = "abc8Q~not-to-be-told-to-anybody-at-all-xx";
    const debug = { diagnosticEvent: { severity: "debug", message: `sent ${value}` } };
    const lines = [
      eventLine({
        op: "update",
        type: PASSWORD,
        name: "mail-a",
        parent: ofMail,
        inputs: { value, endDate: "2026" },
      }),
      eventLine({
        op: "update",
        type: "azure-native:keyvault:Secret",
        name: "mail",
        inputs: { properties: { value } },
      }),
      JSON.stringify(debug),
      `{ broken ${value}`,
    ];
    const events = readEvents(lines);
    assert.equal(events.steps.length, 2);
    assert.ok(!JSON.stringify(events).includes(value));
  });

  it("does not depend on the order of the events", () => {
    const lines = [
      password("same", "b", KEY_2),
      eventLine({ op: "create", type: "azure-native:monitor:ActionGroup", name: "alerts" }),
      password("replace", "a", KEY_1),
      password("create-replacement", "a", KEY_1),
      eventLine({
        op: "delete",
        type: "azure-native:authorization:RoleAssignment",
        name: "mail-x",
        parent: [PUBLISHED, "mail"],
      }),
    ];
    const render = (ordered: string[]) =>
      renderPreviewMarkdown(
        previewDocument({ stack: "dev", at: undefined, events: readEvents(ordered), plans: [plan()] }),
      );
    const expected = render(lines);
    fc.assert(
      fc.property(fc.shuffledSubarray(lines, { minLength: lines.length }), (shuffled) => {
        assert.equal(render(shuffled), expected);
      }),
    );
  });
});

const HOSTILE =
  "<img src=x onerror=alert(1)> | @everyone #1 `x` [a](http://evil) \u202egnp.exe \u001b[2J\n## Heading";

function hostileEvents(): PreviewEvents {
  return readEvents([
    eventLine({
      op: "create",
      type: "azure-native:authorization:RoleAssignment",
      name: `${HOSTILE}-${HOSTILE}`,
      parent: [PUBLISHED, HOSTILE],
    }),
    eventLine({ op: "create", type: "azure-native:monitor:ActionGroup", name: HOSTILE }),
    JSON.stringify({ diagnosticEvent: { severity: "error", message: HOSTILE } }),
    JSON.stringify({
      policyEvent: {
        resourceUrn: `a::b::c::${HOSTILE}`,
        message: `x\n${HOSTILE}`,
        policyName: "rule",
        enforcementLevel: "mandatory",
      },
    }),
  ]);
}

describe("the comment on a pull request", () => {
  it("shows hostile names as text", async () => {
    const document = previewDocument({
      stack: "dev",
      at: undefined,
      events: hostileEvents(),
      plans: [plan({ name: HOSTILE, consumers: [HOSTILE], reason: HOSTILE, refusals: [HOSTILE] })],
    });
    const markdown = renderPreviewMarkdown(document);
    assert.doesNotMatch(markdown, /<img|@everyone|\]\(|\u202e|(?!\n)\p{Cc}|^## /mu);
    await assertGolden(import.meta.url, "hostile.md", markdown);
    const table = renderPreviewTable(document, (_format, text) => text);
    assert.doesNotMatch(table, /\u202e|(?!\n)\p{Cc}|^## /mu);
  });

  it("fits, and says what is left out", () => {
    const plans = Array.from({ length: 2000 }, (_, index) =>
      plan({
        name: `credential-${index}`,
        action: "rotate",
        publish: { slot: "a", generation: 3, expiresAt: "2026-10-01T00:00:00Z" },
      }),
    );
    const lines = plans.map(({ name }) =>
      eventLine({
        op: "delete",
        type: "azuread:index/application:Application",
        name,
        parent: [ROTATING, name],
      }),
    );
    const document = previewDocument({ stack: "dev", at: undefined, events: readEvents(lines), plans });
    const markdown = renderPreviewMarkdown(document);
    assert.ok(Buffer.byteLength(markdown) <= 60_000, `${Buffer.byteLength(markdown)} bytes`);
    assert.match(markdown, /\d+ more lines are left out here for want of space/);
    assert.ok(markdown.indexOf("CAUTION") < 200, "alarms come first");
    const few = previewDocument({ stack: "dev", at: undefined, events: readEvents([]), plans: [plan()] });
    assert.doesNotMatch(renderPreviewMarkdown(few), /left out/);
  });

  it("says of which commit it is, and what the policy pack says", () => {
    const judged = JSON.stringify({
      policyAnalyzeSummaryEvent: { resourceUrn: "x", passed: ["tags", "vault"], failed: ["dates"] },
    });
    const ofStack = JSON.stringify({ policyAnalyzeStackSummaryEvent: { passed: ["outputs"] } });
    const finding = (enforcementLevel: string) =>
      JSON.stringify({
        policyEvent: { resourceUrn: "a::b::c::d", message: "x", policyName: "dates", enforcementLevel },
      });
    const render = (lines: string[], commit?: string) =>
      renderPreviewMarkdown(
        previewDocument({ stack: "dev", at: undefined, events: readEvents(lines), plans: [plan()] }),
        { commit },
      );
    const fine = render([judged, judged, ofStack], "0123456789abcdef".repeat(2));
    assert.match(fine, /^Of commit <code>0123456789<\/code>\.$/m);
    assert.match(fine, /^Policy: 4 rules, nothing to object\.$/m);
    const failed = JSON.stringify({ diagnosticEvent: { severity: "error", message: "preview failed" } });
    const bad = render([judged, finding("mandatory"), finding("advisory"), failed]);
    assert.doesNotMatch(bad, /preview failed/, "the policy is why");
    assert.match(render([failed, finding("advisory")]), /preview failed/);
    assert.match(bad, /^\*\*Policy: 3 rules, 2 objections, 1 of them mandatory\*\*$/m);
    assert.doesNotMatch(bad, /nothing to object|Of commit/);
    assert.doesNotMatch(render([]), /Policy/, "no pack was asked");
  });

  it("says first what only the next rotation shows", () => {
    const later = plan({ name: "post", fromNextRotation: ["a secret lives 80 days instead of 90 days"] });
    const document = previewDocument({
      stack: "dev",
      at: undefined,
      events: readEvents([]),
      plans: [plan(), later],
    });
    const markdown = renderPreviewMarkdown(document);
    assert.match(markdown, /^\*\*1 with a new policy from the next rotation on, 1 unchanged\.\*\*$/m);
    assert.match(markdown, /post<\/code> \| \*\*new policy\*\*, from the next rotation on \|/);
    assert.doesNotMatch(markdown, /nothing is due|is read by/, "no word of what stays as it is");
  });

  it("puts what is changed alike into one line", () => {
    const tagged = (type: string, name: string) =>
      eventLine({ op: "update", type, name, changed: ["tags.team"] });
    const lines = [
      tagged("azure-native:monitor:ActionGroup", "critical"),
      tagged("azure-native:monitor:ActionGroup", "info"),
      tagged("azure-native:keyvault:Vault", "vault"),
      eventLine({ op: "create", type: "azure-native:monitor:ActionGroup", name: "new" }),
    ];
    const { changes } = previewDocument({
      stack: "dev",
      at: undefined,
      events: readEvents(lines),
      plans: [],
    });
    assert.deepEqual(
      changes.map(({ area, what }) => `${area}: ${what}`),
      [
        "other: 3 resources are updated alike: tags.team (Key vault vault, Action group critical, Action group info)",
        "alerts: Action group new is created",
      ],
    );
    const two = previewDocument({
      stack: "dev",
      at: undefined,
      events: readEvents(lines.slice(0, 2)),
      plans: [],
    });
    assert.equal(two.changes.length, 2);
  });
});
