import { KeyVaultError, secretNotFound } from "../../keyvault/errors.ts";
import { setSecret } from "../../keyvault/secrets.ts";
import type { SecretVersion, Vault } from "../../keyvault/state.ts";
import type { State } from "../../state.ts";
import { ArmError, badRequest } from "../errors.ts";
import { type ResourceId, resourceKey } from "../resource-id.ts";
import type { ProjectedType, ResourceView } from "../resource-types.ts";

interface SecretProperties {
  value?: string;
  contentType?: string;
  attributes?: { enabled?: boolean; nbf?: number; exp?: number };
}

/**
 * The control plane's view of a vault's secrets: it writes versions, and it never shows a value.
 * @see https://learn.microsoft.com/rest/api/keyvault/secrets/secrets/create-or-update
 */
export const vaultSecrets: ProjectedType = {
  kind: "projected",
  type: "Microsoft.KeyVault/vaults/secrets",

  /** @see https://learn.microsoft.com/rest/api/keyvault/secrets/secrets/list */
  listIn(state, parent, vaultUri) {
    const vault = vaultOf(state, { parent });
    return Object.values(vault?.secrets ?? {}).flatMap(({ name, versions }) => {
      const current = versions.at(-1);
      return vault === undefined || current === undefined
        ? []
        : [viewOf(state, vault, name, current, vaultUri)];
    });
  },

  get(state, id, vaultUri) {
    const vault = vaultOf(state, id);
    const secret = vault?.secrets[id.name.toLowerCase()];
    const current = secret?.versions.at(-1);
    if (vault === undefined || secret === undefined || current === undefined) return undefined;
    return viewOf(state, vault, secret.name, current, vaultUri);
  },

  put({ draft, id, body, context }) {
    const { value, contentType, attributes } = (body.properties ?? {}) as SecretProperties;
    if (value === undefined) throw badRequest("The secret's properties have no value.", "BadParameter");
    try {
      setSecret(
        draft,
        {
          vaultName: vaultOf(draft, id)?.name ?? "",
          secretName: id.name,
          value,
          contentType: contentType ?? null,
          enabled: attributes?.enabled ?? true,
          notBefore: attributes?.nbf ?? null,
          expires: attributes?.exp ?? null,
          tags: body.tags ?? {},
        },
        context,
      );
    } catch (error) {
      throw error instanceof KeyVaultError ? new ArmError(error.status, error.code, error.message) : error;
    }
  },

  missing(id) {
    const { status, code, message } = secretNotFound(id.name);
    throw new ArmError(status, code, message);
  },
};

function vaultOf(state: State, { parent = "" }: Pick<ResourceId, "parent">): Vault | undefined {
  return Object.values(state.keyVault.vaults).find(
    (vault) => resourceKey(vault.resourceId) === resourceKey(parent),
  );
}

function viewOf(
  state: State,
  vault: Vault,
  name: string,
  current: SecretVersion,
  vaultUri: (vaultName: string) => string,
): ResourceView {
  const { version, contentType, enabled, created, updated, notBefore, expires, tags } = current;
  const secretUri = `${vaultUri(vault.name)}secrets/${name}`;
  const location = state.arm.resources[resourceKey(vault.resourceId)]?.location;
  return {
    id: `${vault.resourceId}/secrets/${name}`,
    name,
    type: "Microsoft.KeyVault/vaults/secrets",
    ...(location && { location }),
    ...(Object.keys(tags).length > 0 && { tags }),
    properties: {
      ...(contentType !== null && { contentType }),
      attributes: {
        enabled,
        ...(notBefore !== null && { nbf: notBefore }),
        ...(expires !== null && { exp: expires }),
        created,
        updated,
      },
      secretUri,
      secretUriWithVersion: `${secretUri}/${version}`,
    },
  };
}
