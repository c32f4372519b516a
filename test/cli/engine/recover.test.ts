import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { describe, it } from "node:test";
import type { Directory } from "../../../cli/engine/directory.ts";
import type { ExportedStack } from "../../../cli/engine/pending.ts";
import { settlePending } from "../../../cli/engine/recover.ts";
import {
  type Answer,
  LOCKED,
  NO_LOCK,
  quietTerminal,
  scriptedEngine,
} from "../../support/scripted-engine.ts";

const SUBSCRIPTION = "c24f55b5-0bbc-4e62-8202-f4d26b938712";
const urn = (type: string, name: string) => `urn:pulumi:dev::keyturn::keyturn:Component$${type}::${name}`;
const GROUP_URN = urn("azure-native:resources:ResourceGroup", "vault");
const GROUP_ID = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-sell`;
const PRINCIPAL_URN = urn("azuread:index/servicePrincipal:ServicePrincipal", "mailman");
const APPLICATION_URN = urn("azuread:index/application:Application", "mailman");

function creating(resource: Record<string, unknown>) {
  return { type: "creating", resource };
}

const GROUP = creating({
  urn: GROUP_URN,
  type: "azure-native:resources:ResourceGroup",
  inputs: { resourceGroupName: "rg-sell" },
});

interface Script {
  /** What each export answers; the last one goes on. */
  exports: NonNullable<ExportedStack["deployment"]>[];
  lock?: Answer;
  env?: NodeJS.ProcessEnv;
  directory?: Partial<Directory>;
  stack?: string;
}

async function settleIn({ exports, lock = NO_LOCK, env, directory = {}, stack = "dev" }: Script) {
  const left = [...exports];
  let locked = lock;
  let imported: NonNullable<ExportedStack["deployment"]> | undefined;
  const engine = scriptedEngine(
    (command, args) => {
      if (command === "stack export") {
        return JSON.stringify({ version: 3, deployment: left.length > 1 ? left.shift() : left[0] });
      }
      if (command.startsWith("stack rename")) return locked;
      if (command.startsWith("cancel")) locked = NO_LOCK;
      if (command.startsWith("stack import")) {
        imported = JSON.parse(readFileSync(String(args.at(-1)), "utf8")).deployment;
      }
      return "";
    },
    { stack, env: env ?? { ARM_SUBSCRIPTION_ID: SUBSCRIPTION } },
  );
  const terminal = quietTerminal();
  const error = await settlePending(engine, async () => directory as Directory, terminal).then(
    () => undefined,
    (thrown: Error) => thrown,
  );
  const asked = engine.asked.map((command) => command.replace(/--file .*/, "--file …"));
  return { asked, imported, error, said: terminal.said.join("\n") };
}

describe("what an update left half done", () => {
  it("is nothing, and then nothing else is asked", async () => {
    const { asked, error } = await settleIn({ exports: [{ resources: [] }] });
    assert.deepEqual(asked, ["stack export"]);
    assert.equal(error, undefined);
  });

  it("is taken over where it may have been made, and looked at by a refresh", async () => {
    const { asked, imported, error } = await settleIn({ exports: [{ pending_operations: [GROUP] }] });
    assert.equal(error, undefined);
    assert.deepEqual(asked, [
      "stack export",
      "stack rename dev",
      "stack export",
      "stack import --file …",
      `refresh --yes --skip-preview --target ${GROUP_URN}`,
    ]);
    assert.equal(imported?.resources?.[0]?.id, GROUP_ID);
    assert.deepEqual(imported?.pending_operations ?? [], []);
  });

  it("is left to the update that is making it: who holds the lock is told, and nothing is written", async () => {
    const { asked, error } = await settleIn({ exports: [{ pending_operations: [GROUP] }], lock: LOCKED });
    assert.match(error?.message ?? "", /another update of stack dev is under way: mia@elsewhere/);
    assert.deepEqual(asked, ["stack export", "stack rename dev"]);
  });

  it("is settled after a lock whose holder is gone", async () => {
    const stale = {
      exitCode: 1,
      stderr: `the stack is currently locked by 1 lock(s).\n created by mia@${hostname()} (pid 4194303) at 2020-01-01T00:00:00Z`,
    };
    const { asked, error, said } = await settleIn({
      exports: [{ pending_operations: [GROUP] }],
      lock: stale,
    });
    assert.equal(error, undefined);
    assert.ok(asked.includes("cancel --yes") && asked.includes("stack import --file …"));
    assert.match(said, /died and left a lock: removed/);
  });

  it("is looked at again if the stack's state has changed meanwhile", async () => {
    const before = { pending_operations: [GROUP] };
    const after = {
      resources: [{ urn: GROUP_URN, type: "azure-native:resources:ResourceGroup", id: GROUP_ID }],
    };
    const { asked, imported, error } = await settleIn({ exports: [before, after] });
    assert.equal(error, undefined);
    assert.equal(imported, undefined);
    assert.deepEqual(asked, ["stack export", "stack rename dev", "stack export", "stack export"]);
  });

  it("is given up on when it changes again and again", async () => {
    const exports = [1, 2, 3, 4, 5, 6].map((n) => ({ pending_operations: [GROUP], manifest: n }));
    const { imported, error } = await settleIn({ exports });
    assert.equal(imported, undefined);
    assert.match(error?.message ?? "", /changed 3 times while it was looked at/);
  });

  it("is found in Entra by marker and client id, by the stack's own name", async () => {
    const asked: string[] = [];
    const { imported } = await settleIn({
      stack: "organization/keyturn/dev",
      exports: [
        {
          resources: [
            { urn: "urn:other", type: "azuread:index/application:Application", id: "/applications/known" },
          ],
          pending_operations: [
            creating({ urn: APPLICATION_URN, inputs: {} }),
            creating({ urn: PRINCIPAL_URN, inputs: { clientId: "client-1" } }),
          ],
        },
      ],
      directory: {
        applicationsMarked: async (marker) => {
          asked.push(marker);
          return ["known", "made"].map((id) => ({ id, appId: id }));
        },
        servicePrincipalOf: async (clientId) => {
          asked.push(clientId);
          return undefined;
        },
      },
    });
    assert.deepEqual(asked, ["keyturn:dev/mailman", "client-1"]);
    assert.deepEqual(
      imported?.resources?.map(({ id }) => id),
      ["/applications/known", "/applications/made"],
    );
  });

  it("is forgotten where a secret was being deleted that Entra has no longer", async () => {
    const password = (keyId: string) => ({
      urn: urn("azuread:index/applicationPassword:ApplicationPassword", keyId),
      type: "azuread:index/applicationPassword:ApplicationPassword",
      id: `app-1/password/${keyId}`,
    });
    const deleting = ["gone", "there"].map((keyId) => ({ type: "deleting", resource: password(keyId) }));
    const { imported } = await settleIn({
      exports: [{ resources: ["gone", "there"].map(password), pending_operations: deleting }],
      directory: { keysOf: async () => [{ keyId: "there" }] },
    });
    assert.deepEqual(
      imported?.resources?.map(({ id }) => id),
      ["app-1/password/there"],
    );
  });

  it("is in the subscription that the rest of the stack is in, whatever the environment says", async () => {
    const vault = creating({
      urn: urn("azure-native:keyvault:Vault", "vault"),
      inputs: { resourceGroupName: "rg-sell", vaultName: "kv-sell" },
    });
    const exports = [
      { resources: [{ urn: GROUP_URN, type: "x", id: GROUP_ID }], pending_operations: [vault] },
    ];
    const { imported } = await settleIn({ exports, env: {} });
    assert.equal(imported?.resources?.[1]?.id, `${GROUP_ID}/providers/Microsoft.KeyVault/vaults/kv-sell`);
  });

  it("cannot be looked for without a subscription, which is said; what needs none can", async () => {
    const { error, imported } = await settleIn({ exports: [{ pending_operations: [GROUP] }], env: {} });
    assert.match(error?.message ?? "", /^ARM_SUBSCRIPTION_ID must name the stack's subscription/);
    assert.equal(imported, undefined);
    const trigger = creating({ urn: urn("random:index/randomUuid:RandomUuid", "mailman-a"), inputs: {} });
    assert.equal(
      (await settleIn({ exports: [{ pending_operations: [trigger] }], env: {} })).error,
      undefined,
    );
  });
});
