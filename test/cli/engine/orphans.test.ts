import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Directory } from "../../../cli/engine/directory.ts";
import { removeOrphans } from "../../../cli/engine/orphans.ts";
import { CommandError } from "../../../cli/exit-codes.ts";
import { type Answer, LOCKED, NO_LOCK, scriptedEngine } from "../../support/scripted-engine.ts";

const MAILMAN = { name: "mailman", applicationObjectId: "app-1" };
const KNOWN = "key-known";
const LOST = "key-lost";

interface World {
  keys: { keyId: string; displayName: string }[];
  applications: string[];
  /** What the stack knows at each export; the last one goes on. */
  exports: { keys: string[]; applications?: string[]; pending?: boolean }[];
  lock: Answer;
  published: string[];
  stack: string;
  /** What Entra refuses to remove. */
  refuses: string[];
}

function exported({ keys, applications = [], pending = false }: World["exports"][number]): string {
  return JSON.stringify({
    deployment: {
      resources: [
        ...keys.map((keyId) => ({
          urn: `urn:${keyId}`,
          type: "azuread:index/applicationPassword:ApplicationPassword",
          outputs: { keyId },
        })),
        ...applications.map((id) => ({
          urn: `urn:${id}`,
          type: "azuread:index/application:Application",
          id: `/applications/${id}`,
        })),
      ],
      ...(pending && { pending_operations: [{ type: "creating", resource: {} }] }),
    },
  });
}

async function cleanUpIn(world: Partial<World>) {
  const all: World = {
    keys: [
      { keyId: KNOWN, displayName: "keyturn/dev/mailman/a/1" },
      { keyId: LOST, displayName: "keyturn/dev/mailman/b/2" },
      { keyId: "key-by-hand", displayName: "made in the portal" },
      { keyId: "key-of-prod", displayName: "keyturn/prod/mailman/b/2" },
    ],
    applications: ["app-1"],
    exports: [{ keys: [KNOWN] }],
    lock: NO_LOCK,
    published: [KNOWN],
    stack: "dev",
    refuses: [],
    ...world,
  };
  const order: string[] = [];
  const exports = [...all.exports];
  const engine = scriptedEngine(
    (command) => {
      order.push(command);
      if (command !== "stack export") return all.lock;
      return exported((exports.length > 1 ? exports.shift() : exports[0]) ?? assert.fail());
    },
    { stack: all.stack },
  );
  const remove = (what: string) => {
    if (all.refuses.includes(what)) throw new CommandError("Microsoft Graph refused");
    order.push(`remove ${what}`);
  };
  const directory = {
    keysOf: async () => {
      order.push("keys");
      return all.keys;
    },
    applicationsMarked: async (marker: string) =>
      marker === "keyturn:dev/mailman" ? all.applications.map((id) => ({ id, appId: id })) : [],
    removeKey: async (_application: string, keyId: string) => remove(keyId),
    deleteApplication: async (id: string) => remove(id),
  } as unknown as Directory;
  const cleanUp = await removeOrphans(engine, directory, async () => new Set(all.published), [MAILMAN]);
  return { ...cleanUp, order, gone: order.filter((each) => each.startsWith("remove ")) };
}

describe("the clean-up of what dead updates lost", () => {
  it("removes what the stack does not know, asked after Entra was, and under nobody's lock", async () => {
    const { order, removed, warnings, handMade } = await cleanUpIn({});
    assert.deepEqual(order, ["keys", "stack export", "stack rename dev", "stack export", `remove ${LOST}`]);
    assert.deepEqual(removed.keys, [{ credential: "mailman", keyId: LOST }]);
    assert.deepEqual(warnings, []);
    assert.deepEqual(
      handMade.map(({ keyId }) => keyId),
      ["key-by-hand"],
    );
  });

  it("asks for no lock where nothing is lost", async () => {
    const { order } = await cleanUpIn({ exports: [{ keys: [KNOWN, LOST] }] });
    assert.deepEqual(order, ["keys", "stack export"]);
  });

  it("knows its own by the stack's name, however the stack was asked for", async () => {
    assert.deepEqual((await cleanUpIn({ stack: "organization/keyturn/dev" })).gone, [`remove ${LOST}`]);
  });

  it("leaves alone what another update has written down meanwhile", async () => {
    const { gone, warnings } = await cleanUpIn({ exports: [{ keys: [KNOWN] }, { keys: [KNOWN, LOST] }] });
    assert.deepEqual([gone, warnings], [[], []]);
  });

  it("removes nothing while somebody holds the lock, and says who", async () => {
    const { gone, warnings } = await cleanUpIn({ lock: LOCKED });
    assert.deepEqual(gone, []);
    assert.match(warnings.join(), /under way \(mia@elsewhere \(process 4711\) .*nothing was removed/);
  });

  it("removes nothing where it cannot be known whether somebody is at work", async () => {
    const { gone, warnings } = await cleanUpIn({ lock: { exitCode: 1, stderr: "error: 500" } });
    assert.deepEqual(gone, []);
    assert.match(warnings.join(), /cannot be found out .*nothing was removed/);
  });

  it("removes nothing while an operation is pending", async () => {
    const { gone, warnings } = await cleanUpIn({ exports: [{ keys: [KNOWN], pending: true }] });
    assert.deepEqual(gone, []);
    assert.match(warnings.join(), /an operation of the stack is pending/);
  });

  it("never removes a key that the vault publishes, whatever the stack knows", async () => {
    const { gone, warnings } = await cleanUpIn({ published: [KNOWN, LOST] });
    assert.deepEqual(gone, []);
    assert.match(warnings.join(), /key-lost is published, but the stack does not know it: left alone/);
  });

  it("removes a lost application, and goes on where Entra refuses one of many", async () => {
    const { gone, warnings } = await cleanUpIn({ applications: ["app-1", "app-2"], refuses: [LOST] });
    assert.deepEqual(gone, ["remove app-2"]);
    assert.match(warnings.join(), /the lost key key-lost could not be removed: Microsoft Graph refused/);
    const known = await cleanUpIn({
      applications: ["app-1", "app-2"],
      exports: [{ keys: [KNOWN, LOST], applications: ["app-2"] }],
    });
    assert.deepEqual(known.gone, []);
  });
});
