import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bootstrapChanges } from "../../../cli/bootstrap/changes.ts";
import { importFile } from "../../../cli/bootstrap/import-file.ts";
import { declaredResources } from "../../../infra/identity/declared-resources.ts";
import { bootstrapSettings } from "../../support/bootstrap-settings.ts";

const urn = (type: string, name: string) => `urn:pulumi:bootstrap::keyturn-bootstrap::${type}::${name}`;
const ACCOUNT = urn("keyturn:identity:StateBackend$azure-native:storage:StorageAccount", "state");
const FEDERATION = urn("azure-native:managedidentity:FederatedIdentityCredential", "dev");
const ORDER = [
  { type: "azure-native:storage:StorageAccount", name: "state" },
  { type: "azure-native:managedidentity:FederatedIdentityCredential", name: "dev" },
];
const changesOf = (...steps: unknown[]) => bootstrapChanges(JSON.stringify({ steps }), ORDER);
const diff = (kinds: Record<string, string>) =>
  Object.fromEntries(Object.entries(kinds).map(([path, kind]) => [path, { kind, inputDiff: true }]));

describe("what a preview says has to be done", () => {
  it("is nothing where all is as declared, whatever Azure or people have added to it", () => {
    const defaults = diff({ accessTier: "delete", "networkRuleSet.bypass": "delete", "tags.team": "delete" });
    assert.deepEqual(
      changesOf({ op: "same", urn: FEDERATION }, { op: "update", urn: ACCOUNT, detailedDiff: defaults }),
      { changes: [], targets: [] },
    );
  });

  it("is what differs, and what is too much in a list", () => {
    const detailedDiff = diff({
      accessTier: "delete",
      allowSharedKeyAccess: "update",
      "networkRuleSet.ipRules[0]": "delete",
      "networkRuleSet.virtualNetworkRules[0].state": "delete",
    });
    const { changes, targets } = changesOf({ op: "update", urn: ACCOUNT, detailedDiff });
    assert.deepEqual(changes, [
      {
        operation: "update",
        urn: ACCOUNT,
        type: "azure-native:storage:StorageAccount",
        name: "state",
        paths: ["allowSharedKeyAccess", "networkRuleSet.ipRules[0]"],
      },
    ]);
    assert.deepEqual(targets, [ACCOUNT]);
  });

  it("is what is missing, with its component, in the order of the declaration", () => {
    const component = urn("keyturn:identity:DeploymentIdentity", "dev");
    const { changes, targets } = changesOf(
      { op: "create", urn: FEDERATION },
      { op: "create", urn: component },
      { op: "create", urn: ACCOUNT },
      { op: "delete-replaced", urn: ACCOUNT },
    );
    assert.deepEqual(
      changes.map(({ operation, name }) => [operation, name]),
      [
        ["create", "state"],
        ["create", "dev"],
      ],
    );
    assert.deepEqual(targets, [component, ACCOUNT, FEDERATION]);
  });

  it("is not what Azure only spells in another way, but each letter of a token's subject and of a tag", () => {
    const step = (urn: string, path: string, before: unknown, after: unknown) => ({
      op: "update",
      urn,
      oldState: { inputs: before },
      newState: { inputs: after },
      detailedDiff: diff({ [path]: "update" }),
    });
    const [lower, upper] = ["/resourcegroups/rg", "/resourceGroups/RG"];
    const spelt = step(ACCOUNT, "list[1].id", { list: [0, { id: lower }] }, { list: [0, { id: upper }] });
    assert.deepEqual(changesOf(spelt), { changes: [], targets: [] });
    const sku = step(ACCOUNT, "sku.name", { sku: { name: "a" } }, { sku: { name: "b" } });
    assert.equal(changesOf(sku).changes.length, 1);
    const tag = step(ACCOUNT, "tags.team", { tags: { team: "a" } }, { tags: { team: "A" } });
    assert.equal(changesOf(tag).changes.length, 1);
    const [before, after] = ["repo:A", "repo:a"].map((subject) => ({ issuer: "https://i", subject }));
    const { changes } = changesOf(step(FEDERATION, "subject", before, after));
    assert.equal(
      changes[0]?.warning,
      "takes tokens of https://i repo:a, and no longer those of https://i repo:A",
    );
  });

  it("counts an update of which nothing more is known, and no component alone", () => {
    assert.equal(changesOf({ op: "update", urn: FEDERATION }).changes.length, 1);
    const component = urn("keyturn:identity:DeploymentIdentity", "dev");
    assert.deepEqual(changesOf({ op: "create", urn: component }), { changes: [], targets: [] });
  });
});

describe("what Pulumi is told of what exists", () => {
  it("has each component once and before its children, and the SDKs' own versions", () => {
    const existing = declaredResources(bootstrapSettings()).map((resource) => ({ resource, id: "the id" }));
    const { resources } = importFile(existing, { azureNative: "3.28.0", azuread: "6.9.1" });
    const components = resources.filter(({ component }) => component);
    assert.deepEqual(
      components.map(({ logicalName }) => logicalName),
      ["state", "preview-dev", "dev", "preview-prod", "prod"],
    );
    assert.equal(new Set(resources.map(({ name }) => name)).size, resources.length);
    for (const [index, { parent, component, id, version, type }] of resources.entries()) {
      if (parent !== undefined) assert.ok(resources.findIndex(({ name }) => name === parent) < index);
      if (component) assert.deepEqual([id, version], [undefined, undefined]);
      else assert.equal(version, type.startsWith("azuread:") ? "6.9.1" : "3.28.0");
    }
  });
});
