import { formatInstant } from "../../infra/instant.ts";
import { at, isAbsent, isPassword, text, types } from "../checked-resource.ts";
import { anyInstantMs } from "../moment.ts";
import type { ResourceRule, StackRule } from "../rule.ts";

export const vaultSecretExpiry: ResourceRule = {
  name: "vault-secret-expiry",
  level: "mandatory",
  description: "A vault secret has an expiry.",
  reason: "the vault announces what is about to expire only where it knows a date.",
  fix: "set properties.attributes.expires to the credential's end, in seconds since 1970.",
  check: ({ type, properties }) => {
    const expires = at(properties, "properties", "attributes", "expires");
    if (type !== types.vaultSecret || typeof expires === "symbol") return [];
    if (isAbsent(expires)) return ["properties.attributes.expires is missing"];
    return Number(expires) > 0 ? [] : ["properties.attributes.expires is no moment"];
  },
};

export const vaultSecretOutlives: StackRule = {
  name: "vault-secret-outlives",
  level: "mandatory",
  description: "A vault secret does not expire after the credential in it.",
  reason: "the alert a month ahead goes by the vault's date: a later one is an alert that comes too late.",
  fix: "publish the secret with the expiry of its own key, as PublishedSecret does.",
  checkStack: (resources) => {
    const ends = new Map(
      resources
        .filter(isPassword)
        .map(({ properties }) => [text(properties.keyId), anyInstantMs(properties.endDate)]),
    );
    return resources
      .filter(({ type }) => type === types.vaultSecret)
      .flatMap(({ urn, properties }) => {
        const expires = at(properties, "properties", "attributes", "expires");
        const expiresMs = typeof expires === "symbol" ? Number.NaN : Number(expires) * 1000;
        const keyId = text(at(properties, "tags", "keyId"));
        const endMs = keyId === undefined ? undefined : ends.get(keyId);
        return endMs !== undefined && expiresMs > endMs
          ? [
              {
                urn,
                what: `expires on ${formatInstant(expiresMs)}, its credential on ${formatInstant(endMs)}`,
              },
            ]
          : [];
      });
  },
};
