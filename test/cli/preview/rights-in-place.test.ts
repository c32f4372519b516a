import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { alarmsOf } from "../../../cli/preview/alarms.ts";
import { changesOf } from "../../../cli/preview/changes.ts";
import { readEvents, type Step } from "../../../cli/preview/events.ts";
import { type EventArgs, eventLine } from "./event-line.ts";

const APPLICATION = "azuread:index/application:Application";
const SERVICE_PRINCIPAL = "azuread:index/servicePrincipal:ServicePrincipal";
const FEDERATED =
  "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential";
const VAULT = "azure-native:keyvault:Vault";

function stepOf(args: EventArgs): Step {
  const [step] = readEvents([eventLine(args)]).steps;
  assert.ok(step !== undefined);
  return step;
}

/** What is told of a step, and what is shouted. */
function told(args: EventArgs): { changes: string[]; alarms: string[] } {
  const step = stepOf(args);
  return {
    changes: changesOf(step).map(({ area, what }) => `${area}: ${what}`),
    alarms: alarmsOf([step], []).map(({ what }) => what),
  };
}

type Inputs = Record<string, unknown>;
const update = (type: string, before: Inputs, inputs: Inputs, changed: string[]) =>
  told({ op: "update", type, name: "mail", before, inputs, changed });

describe("an application that is updated", () => {
  const [send, read] = ["b633e1c5-b582-4048-a93e-9f11b44c7e96", "810c84a8-4a9e-49e6-bf7d-12d183f40d01"];
  const access = (...ids: string[]) => ({
    requiredResourceAccesses: [{ resourceAccesses: ids.map((id) => ({ id, type: "Role" })) }],
  });

  it("may ask for more, and is shouted of where it asks for less", () => {
    const swapped = update(APPLICATION, access(send), access(read), ["requiredResourceAccesses[0]"]);
    assert.deepEqual(swapped, {
      changes: [
        "rights: widened: the application may ask for Mail.Read (as the application)",
        "rights: narrowed: the application no longer asks for Mail.Send (as the application)",
      ],
      alarms: [
        "the application no longer asks for Mail.Send (as the application): what needs it fails once consent is given anew",
      ],
    });
    const more = update(APPLICATION, access(send), access(send, read), ["requiredResourceAccesses[0]"]);
    assert.deepEqual(more.alarms, []);
  });

  it("lets in people of every organization, and breaks those whom it no longer lets in", () => {
    const change = (from: string | undefined, to: string) =>
      update(APPLICATION, { signInAudience: from }, { signInAudience: to }, ["signInAudience"]);
    const [ours, all, personal] = [
      "AzureADMyOrg",
      "AzureADMultipleOrgs",
      "AzureADandPersonalMicrosoftAccount",
    ];
    const everybody = {
      changes: ["rights: widened: people of every organization may sign in to the application"],
      alarms: [],
    };
    assert.deepEqual(change(ours, all), everybody);
    assert.deepEqual(change(undefined, all), everybody, "the provider's default is this organization");
    assert.deepEqual(change(all, ours), {
      changes: ["rights: narrowed: only people of this organization may sign in to the application"],
      alarms: [
        "people of other organizations can no longer sign in to the application: what they have connected stops working",
      ],
    });
    assert.match(change(all, personal).changes.join(), /^rights: widened: .*personal accounts/);
    assert.match(change(personal, all).alarms.join(), /^people with personal accounts can no longer/);
    assert.deepEqual(change(ours, "SomethingNew"), {
      changes: ["application: Application mail is updated: signInAudience"],
      alarms: [],
    });
  });

  it("has owners, who may make secrets for it; so has its service principal", () => {
    const [dana, eve] = ["dana-id", "eve-id"];
    assert.deepEqual(update(APPLICATION, { owners: [dana] }, { owners: [dana, eve] }, ["owners[1]"]), {
      changes: ["rights: widened: eve-id owns the application, and may make secrets for it"],
      alarms: [],
    });
    assert.deepEqual(update(SERVICE_PRINCIPAL, { owners: [dana, eve] }, { owners: [dana] }, ["owners"]), {
      changes: ["rights: narrowed: eve-id no longer owns the application's service principal"],
      alarms: [],
    });
  });

  it("sends sign-ins on to addresses, and breaks whoever signs in by one that goes", () => {
    const web = (...redirectUris: string[]) => ({ web: { redirectUris } });
    const [old, other] = ["https://crm.example/old", "https://crm.example/new"];
    assert.deepEqual(update(APPLICATION, web(old), web(other), ["web.redirectUris[0]"]), {
      changes: [
        `rights: widened: sign-ins may be sent on to ${other}`,
        `rights: narrowed: sign-ins are no longer sent on to ${old}`,
      ],
      alarms: [`the redirect address ${old} is removed: whoever signs in by it gets an error`],
    });
    assert.deepEqual(update(APPLICATION, {}, web(old), ["web"]).alarms, []);
    assert.equal(update(APPLICATION, web(old), {}, ["web"]).alarms.length, 1);
  });

  it("is told of plainly for the rest", () => {
    const inputs = { owners: ["a"] };
    assert.deepEqual(update(APPLICATION, { owners: [] }, inputs, ["displayName", "owners[0]"]).changes, [
      "rights: widened: a owns the application, and may make secrets for it",
      "application: Application mail is updated: displayName",
    ]);
    assert.deepEqual(update(APPLICATION, {}, {}, ["displayName"]), {
      changes: ["application: Application mail is updated: displayName"],
      alarms: [],
    });
  });
});

describe("a federated credential", () => {
  const of = (subject: string, audience = "api://AzureADTokenExchange") => ({
    issuer: "https://issuer.example",
    subject,
    audiences: [audience],
  });
  const tokens = (subject: string) => `tokens of ${subject} from https://issuer.example`;

  it("says whose tokens may sign in, from when it is made until it goes", () => {
    const made = told({ op: "create", type: FEDERATED, name: "ci", inputs: of("repo:sell/mailman") });
    assert.deepEqual(made, {
      changes: [
        "application: Federated credential ci is created",
        `rights: widened: ${tokens("repo:sell/mailman")} may sign in as the application`,
      ],
      alarms: [],
    });
    const gone = told({ op: "delete", type: FEDERATED, name: "ci", inputs: of("repo:sell/mailman") });
    assert.match(gone.changes.join(), /narrowed: tokens of repo:sell\/mailman .* may no longer sign in/);
    assert.equal(gone.alarms.length, 1);
  });

  it("breaks the workload whose tokens it no longer accepts", () => {
    assert.deepEqual(update(FEDERATED, of("repo:a"), of("repo:b"), ["subject"]), {
      changes: [
        `rights: widened: ${tokens("repo:b")} may sign in as the application`,
        `rights: narrowed: ${tokens("repo:a")} may no longer sign in as the application`,
      ],
      alarms: [
        `the federated credential mail no longer accepts ${tokens("repo:a")}: the workload that signs in with them gets none`,
      ],
    });
    const otherAudience = update(FEDERATED, of("repo:a"), of("repo:a", "api://else"), ["audiences[0]"]);
    assert.match(otherAudience.changes[0] ?? "", /for api:\/\/else may sign in/);
    assert.equal(otherAudience.alarms.length, 1);
    assert.deepEqual(update(FEDERATED, of("repo:a"), of("repo:a"), ["description"]), {
      changes: ["application: Federated credential mail is updated: description"],
      alarms: [],
    });
  });
});

describe("a vault's network", () => {
  const acls = (networkAcls: Inputs) => ({ properties: { networkAcls } });
  const [office, plant] = [{ value: "203.0.113.0/24" }, { value: "198.51.100.7/32" }];
  const change = (before: Inputs, after: Inputs) =>
    update(VAULT, before, after, ["properties.networkAcls.ipRules", "properties.publicNetworkAccess"]);

  for (const [what, narrow, wide] of [
    ["public access", { properties: { publicNetworkAccess: "disabled" } }, { properties: {} }],
    ["the rules", acls({ defaultAction: "Deny" }), acls({ defaultAction: "Allow" })],
    ["no rules", acls({ defaultAction: "Deny", ipRules: [office] }), {}],
    [
      "an address",
      acls({ defaultAction: "Deny", ipRules: [office] }),
      acls({ defaultAction: "Deny", ipRules: [office, plant] }),
    ],
    [
      "a subnet",
      acls({ defaultAction: "Deny" }),
      acls({ defaultAction: "Deny", virtualNetworkRules: [{ id: "/subnets/x" }] }),
    ],
    [
      "Azure's services",
      acls({ defaultAction: "Deny", bypass: "None" }),
      acls({ defaultAction: "Deny", bypass: "AzureServices" }),
    ],
  ] as const) {
    it(`that becomes narrower breaks consumers, and wider does not: ${what}`, () => {
      const closed = change(wide, narrow);
      assert.match(closed.changes.join(), /rights: narrowed: the vault is closed to /);
      assert.equal(closed.alarms.length, 1);
      assert.match(closed.alarms.join(), /can no longer read their secrets$/);
      const opened = change(narrow, wide);
      assert.match(opened.changes.join(), /rights: widened: /);
      assert.deepEqual(opened.alarms, []);
    });
  }

  it("is nothing to tell of where nothing changes for anybody", () => {
    const rules = (first: object, second: object) =>
      acls({ defaultAction: "Allow", ipRules: [first, second] });
    assert.deepEqual(change(rules(office, plant), rules(plant, office)).alarms, []);
    assert.deepEqual(update(VAULT, acls({}), acls({}), ["tags.team"]), {
      changes: ["vault: Key vault mail is updated: tags.team"],
      alarms: [],
    });
  });
});
