import type { DeletedSecret, SecretVersion } from "../../keyvault/state.ts";
import { recoveryLevelOf, settingsOfVault, vaultNamed } from "../../keyvault/vaults.ts";
import type { State } from "../../state.ts";
import type { Addresses } from "../services.ts";

/** Writes secrets down as the REST API does. */
export class SecretJson {
  readonly #baseUri: string;
  readonly #attributes: { recoveryLevel: string; recoverableDays: number };

  constructor(state: State, addresses: Addresses, vaultName: string) {
    this.#baseUri = addresses.vaultUri(vaultName).replace(/\/$/, "");
    const settings = settingsOfVault(state, vaultNamed(state, vaultName));
    this.#attributes = { recoveryLevel: recoveryLevelOf(settings), recoverableDays: settings.retentionDays };
  }

  /** With its value. */
  bundle(name: string, version: SecretVersion): object {
    return { value: version.value, ...this.#described(`${name}/${version.version}`, version) };
  }

  /** Without its value; as it is after an update. */
  described(name: string, version: SecretVersion): object {
    return this.#described(`${name}/${version.version}`, version);
  }

  /** As it stands in a list of secrets: its id has no version. */
  item(name: string, version: SecretVersion): object {
    return this.#described(name, version);
  }

  /** As it stands in a list of versions. */
  versionItem(name: string, version: SecretVersion): object {
    return this.#described(`${name}/${version.version}`, version);
  }

  /** @param listed whether it stands in a list: then its id has no version */
  deleted(secret: DeletedSecret, { listed }: { listed: boolean }): object {
    const current = secret.versions.at(-1);
    if (current === undefined) throw new TypeError(`secret ${secret.name} has no version`);
    return {
      recoveryId: `${this.#baseUri}/deletedsecrets/${secret.name}`,
      deletedDate: secret.deletedDate,
      scheduledPurgeDate: secret.scheduledPurgeDate,
      ...this.#described(listed ? secret.name : `${secret.name}/${current.version}`, current),
    };
  }

  #described(path: string, version: SecretVersion): object {
    const { contentType, enabled, notBefore, expires, created, updated, tags } = version;
    return {
      id: `${this.#baseUri}/secrets/${path}`,
      ...(contentType === null ? {} : { contentType }),
      attributes: {
        enabled,
        ...(notBefore === null ? {} : { nbf: notBefore }),
        ...(expires === null ? {} : { exp: expires }),
        created,
        updated,
        ...this.#attributes,
      },
      ...(Object.keys(tags).length === 0 ? {} : { tags }),
    };
  }
}
