import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Directory } from "../../../cli/engine/directory.ts";
import { createsIn } from "../../../cli/engine/planned-creates.ts";
import { takeOverLost } from "../../../cli/engine/take-over.ts";
import { NO_LOCK, quietTerminal, scriptedEngine } from "../../support/scripted-engine.ts";

const GROUP = "/subscriptions/sub/resourceGroups/rg-mail";
const VAULT = `${GROUP}/providers/Microsoft.KeyVault/vaults/kv-mail`;
const urn = (type: string, name: string) => `urn:pulumi:dev::keyturn::${type}::${name}`;

const group = {
  urn: urn("azure-native:resources:ResourceGroup", "vault-group"),
  type: "azure-native:resources:ResourceGroup",
  custom: true,
  inputs: { resourceGroupName: "rg-mail", location: "westeurope" },
};
const PROPERTIES = { enableRbacAuthorization: true, sku: { name: "standard" } };
const vault = {
  urn: urn("azure-native:keyvault:Vault", "vault"),
  type: "azure-native:keyvault:Vault",
  custom: true,
  inputs: { resourceGroupName: "rg-mail", vaultName: "kv-mail", properties: PROPERTIES },
};
const principal = {
  urn: urn("azuread:index/servicePrincipal:ServicePrincipal", "mailman"),
  type: "azuread:index/servicePrincipal:ServicePrincipal",
  custom: true,
  inputs: { clientId: "client" },
};
const application = {
  urn: urn("azuread:index/application:Application", "mailman"),
  type: "azuread:index/application:Application",
  id: "/applications/1",
  outputs: { clientId: "client" },
};

const nativeSays = (id: string) => `error: cannot create already existing resource '${id}'`;
const entraSays = (id: string) =>
  `error: A resource with the ID "${id}" already exists - to be managed via Terraform this resource needs to be imported into the State.`;

interface Case {
  said: string;
  /** What the stack has. */
  has?: object[];
  /** What the next update would make. */
  creates: object[];
  /** What is there besides what the update named. */
  isThere?: string[];
  /** What the resource group, or the vault, holds. */
  holds?: string[];
  /** How the vault is set up. */
  properties?: Record<string, unknown>;
}

async function takeOver({
  said,
  has = [],
  creates,
  isThere = [],
  holds = [],
  properties = PROPERTIES,
}: Case) {
  const imported: { deployment: { resources: { urn: string; id: string }[] } }[] = [];
  const { readFileSync } = await import("node:fs");
  const engine = scriptedEngine(
    (command, args) => {
      if (command === "stack export") return JSON.stringify({ version: 3, deployment: { resources: has } });
      if (command === "preview --json") {
        return JSON.stringify({ steps: creates.map((newState) => ({ op: "create", newState })) });
      }
      if (command.startsWith("stack import")) imported.push(JSON.parse(readFileSync(args[3] ?? "", "utf8")));
      return command.startsWith("stack rename") ? NO_LOCK : "";
    },
    { env: { ARM_SUBSCRIPTION_ID: "sub" } },
  );
  const terminal = quietTerminal();
  const directory: Pick<Directory, "servicePrincipalOf"> = {
    servicePrincipalOf: async (clientId) => (clientId === "client" ? { id: "1" } : undefined),
  };
  const open = {
    directory: async () => directory as Directory,
    azure: async () => ({
      idsIn: async () => holds,
      resource: async (id: string) =>
        isThere.concat(said).some((each) => each.includes(id)) ? { id, properties } : undefined,
    }),
  };
  const had = await takeOverLost(engine, said, open, terminal);
  const taken = imported.flatMap(({ deployment }) =>
    deployment.resources.slice(has.length).map(({ id }) => id),
  );
  return { had, taken, asked: engine.asked, said: terminal.said };
}

describe("what an update made without hearing of it", () => {
  it("is taken over: a resource group with nothing in it, and read by the engine", async () => {
    const { had, taken, asked, said } = await takeOver({
      said: nativeSays(GROUP),
      creates: [group, vault],
    });
    assert.equal(had, true);
    assert.deepEqual(taken, [GROUP], "the vault is not there yet");
    assert.equal(asked.at(-1), `refresh --yes --skip-preview --target ${group.urn}`);
    assert.match(
      said.join("\n"),
      /has made azure-native:resources:ResourceGroup vault-group without hearing/,
    );
  });

  it("is left to people where it may be somebody else's: a resource group that holds something", async () => {
    const { had, taken } = await takeOver({
      said: nativeSays(GROUP),
      creates: [group, vault],
      holds: [`${GROUP}/providers/Microsoft.Web/sites/shop`],
    });
    assert.deepEqual([had, taken], [false, []]);
  });

  it("is what stands in a resource group of the stack, in whatever case Azure writes it", async () => {
    const { taken } = await takeOver({
      said: nativeSays(VAULT.toUpperCase()),
      has: [{ ...group, id: GROUP }],
      creates: [vault],
    });
    assert.deepEqual(taken, [VAULT]);
  });

  it("is what belongs to a vault of the stack, in a resource group that is not the stack's", async () => {
    const of = (type: string, inputs: object) => ({
      ...{ urn: urn(type, "x"), type, custom: true },
      inputs: { resourceGroupName: "rg-mail", ...inputs },
    });
    const providers = `${GROUP}/providers`;
    const derived = "0c8a4f5e-3f5d-5b0e-8f0a-2b6f0e9d7c11";
    const ours: [string, object][] = [
      [
        `${VAULT}/secrets/mail`,
        of("azure-native:keyvault:Secret", { vaultName: "kv-mail", secretName: "mail" }),
      ],
      [
        `${providers}/Microsoft.Insights/actionGroups/kv-mail-info`,
        of("azure-native:monitor:ActionGroup", { actionGroupName: "kv-mail-info" }),
      ],
      [
        `${GROUP}/providers/Microsoft.Authorization/roleAssignments/${derived}`,
        of("azure-native:authorization:RoleAssignment", { scope: GROUP, roleAssignmentName: derived }),
      ],
    ];
    const stranger = of("azure-native:monitor:ActionGroup", { actionGroupName: "on-call" });
    const strangerId = `${providers}/Microsoft.Insights/actionGroups/on-call`;
    const { taken } = await takeOver({
      said: [...ours.map(([id]) => id), strangerId].map(nativeSays).join("\n"),
      has: [{ ...vault, id: VAULT }],
      creates: [...ours.map(([, create]) => create), stranger],
    });
    assert.deepEqual(
      taken,
      ours.map(([id]) => id),
    );
  });

  it("is more than the update named, if more was lost with it", async () => {
    const topic = {
      ...{ urn: urn("azure-native:eventgrid:SystemTopic", "events"), custom: true },
      type: "azure-native:eventgrid:SystemTopic",
      inputs: {
        resourceGroupName: "rg-mail",
        systemTopicName: "kv-mail-events",
        azureApiVersion: "2025-02-15",
      },
    };
    const topicId = `${GROUP}/providers/Microsoft.EventGrid/systemTopics/kv-mail-events`;
    const has = [{ ...group, id: GROUP }];
    const of = (isThere: string[]) =>
      takeOver({ said: nativeSays(VAULT), has, creates: [vault, topic], isThere });
    assert.deepEqual((await of([topicId])).taken, [VAULT, topicId]);
    assert.deepEqual((await of([])).taken, [VAULT]);
  });

  it("is a vault in somebody else's group only if it holds nothing and is as it would be made", async () => {
    const of = (more: Partial<Case>) => takeOver({ said: nativeSays(VAULT), creates: [vault], ...more });
    assert.deepEqual((await of({ properties: { ...PROPERTIES, more: 1 } })).taken, [VAULT]);
    assert.deepEqual((await of({ holds: [`${VAULT}/secrets/theirs`] })).taken, []);
    assert.deepEqual((await of({ properties: { ...PROPERTIES, enableRbacAuthorization: false } })).taken, []);
  });

  it("is the principal of an application of the stack, and of no other", async () => {
    const said = entraSays("/servicePrincipals/1");
    assert.deepEqual((await takeOver({ said, has: [application], creates: [principal] })).taken, [
      "/servicePrincipals/1",
    ]);
    assert.deepEqual((await takeOver({ said, creates: [principal] })).taken, []);
  });

  it("is looked for only if the update failed over something that is there", async () => {
    const { had, asked } = await takeOver({ said: "error: the token has expired", creates: [group] });
    assert.deepEqual([had, asked], [false, []]);
  });
});

describe("what the next update would make", () => {
  it("is read without secrets, and without what is only the program's", () => {
    const newState = {
      ...vault,
      parent: "urn:parent",
      inputs: { properties: { value: "[secret]", attributes: { enabled: true } }, list: ["x"] },
      sourcePosition: "project:///index.ts#1",
    };
    const steps = [
      { op: "create", newState },
      { op: "create", newState: { ...newState, custom: false } },
      { op: "create", newState: { ...newState, inputs: { scope: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" } } },
      { op: "update", newState },
    ];
    const inputs = { properties: { attributes: { enabled: true } }, list: ["x"] };
    const { urn, type } = vault;
    assert.deepEqual(createsIn(JSON.stringify({ steps })), [
      { urn, type, inputs, state: { urn, type, custom: true, parent: "urn:parent", inputs } },
    ]);
  });

  it("is nothing if the engine said nothing that can be read", () => {
    for (const said of ["", "warning: a new version", "[]", '{"steps":[{"op":1}]}']) {
      assert.deepEqual(createsIn(said), []);
    }
  });
});
