import type { Terminal } from "../terminal.ts";
import { type Deployment, exportDeployment } from "./checkpoint.ts";
import type { Directory, DirectoryKey } from "./directory.ts";
import type { Engine } from "./engine.ts";
import { partsOfUrn } from "./urn.ts";

const PASSWORD = "azuread:index/applicationPassword:ApplicationPassword";

/**
 * Lets the stack forget secrets that Entra has no longer: deleted with the answer lost, or by hand. Entra refuses to
 * delete one again, so that an update which wants to would fail for ever; and the engine, which looks at Azure only
 * in a refresh, does not find out by itself.
 * @returns whether there were any.
 * @throws CommandError if Entra cannot be asked, or the stack not be refreshed.
 */
export async function forgetGoneSecrets(
  engine: Engine,
  directory: () => Promise<Directory>,
  terminal: Terminal,
): Promise<boolean> {
  const passwords = passwordsIn(await exportDeployment(engine));
  const keys = new Map<string, readonly DirectoryKey[] | undefined>();
  for (const objectId of new Set(passwords.map((password) => password.objectId))) {
    keys.set(objectId, await (await directory()).keysOf(objectId));
  }
  // An application that is gone as a whole can be restored with its secrets: that is for people to decide.
  const gone = passwords.filter(
    ({ objectId, keyId }) => keys.get(objectId)?.every((key) => key.keyId !== keyId) === true,
  );
  if (gone.length === 0) return false;
  for (const { urn, keyId } of gone) {
    terminal.err(`Entra has no longer the secret ${partsOfUrn(urn).name} (key ${keyId}): forgotten.`);
  }
  const targets = [...new Set(gone.map(({ urn }) => urn))].flatMap((urn) => ["--target", urn]);
  await engine.expect(["refresh", "--yes", "--skip-preview", ...targets]);
  return true;
}

function passwordsIn({ resources = [] }: Deployment): { urn: string; objectId: string; keyId: string }[] {
  return resources.flatMap(({ urn, type, id = "" }) => {
    const [, objectId, keyId] = /^([^/]+)\/password\/([^/]+)$/.exec(id) ?? [];
    return type === PASSWORD && objectId !== undefined && keyId !== undefined
      ? [{ urn, objectId, keyId }]
      : [];
  });
}
