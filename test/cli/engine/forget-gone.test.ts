import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Directory } from "../../../cli/engine/directory.ts";
import { forgetGoneSecrets } from "../../../cli/engine/forget-gone.ts";
import { quietTerminal, scriptedEngine } from "../../support/scripted-engine.ts";

const urn = (name: string) =>
  `urn:pulumi:dev::keyturn::keyturn:credential:RotatingCredential$azuread:index/applicationPassword:ApplicationPassword::${name}`;
const password = (name: string, id: string) => ({
  urn: urn(name),
  type: "azuread:index/applicationPassword:ApplicationPassword",
  id,
});

/** @param keys what Entra has, by application; undefined: no such application. */
function forget(resources: object[], keys: Record<string, string[] | undefined>) {
  const engine = scriptedEngine((command) =>
    command === "stack export" ? JSON.stringify({ deployment: { resources } }) : "",
  );
  const terminal = quietTerminal();
  const directory: Pick<Directory, "keysOf"> = {
    keysOf: async (objectId) => keys[objectId]?.map((keyId) => ({ keyId, displayName: null })),
  };
  const done = forgetGoneSecrets(engine, async () => directory as Directory, terminal);
  return done.then((had) => ({ had, asked: engine.asked.slice(1), said: terminal.said }));
}

describe("secrets that are gone from Entra", () => {
  const held = [password("mail-a", "app/password/1"), password("mail-b", "app/password/2")];

  it("are forgotten, and no others", async () => {
    const { had, asked, said } = await forget(held, { app: ["2", "made by hand"] });
    assert.equal(had, true);
    assert.deepEqual(asked, [`refresh --yes --skip-preview --target ${urn("mail-a")}`]);
    assert.deepEqual(said, ["Entra has no longer the secret mail-a (key 1): forgotten."]);
  });

  it("are none if all are there", async () => {
    const { had, asked } = await forget(held, { app: ["1", "2"] });
    assert.deepEqual([had, asked], [false, []]);
  });

  it("are named once by the engine if a slot's old and new secret are both gone", async () => {
    const { asked } = await forget([...held, password("mail-a", "app/password/3")], { app: ["2"] });
    assert.deepEqual(asked, [`refresh --yes --skip-preview --target ${urn("mail-a")}`]);
  });

  it("are left to people if the application is gone with them, which can be restored", async () => {
    const { had, asked } = await forget(held, { app: undefined });
    assert.deepEqual([had, asked], [false, []]);
  });
});
