import { at, isAbsent, isPassword, items, types } from "../checked-resource.ts";
import type { ResourceRule } from "../rule.ts";

export const passwordInCredential: ResourceRule = {
  name: "password-in-credential",
  level: "mandatory",
  description: "A client secret belongs to a credential that rotates it.",
  reason: "a secret that nobody rotates expires while services still use it.",
  fix: "remove the resource and declare a credential in the stack's settings instead.",
  check: (resource) => {
    if (isPassword(resource) && resource.parentType !== types.rotatingCredential) {
      return ["the secret is declared outside of a RotatingCredential"];
    }
    const { type, properties } = resource;
    const inline =
      type === types.application ? (at(properties, "password") ?? items(properties.passwords)[0]) : undefined;
    return isAbsent(inline) ? [] : ["the application declares a secret of its own"];
  },
};

export const passwordTrigger: ResourceRule = {
  name: "password-trigger",
  level: "mandatory",
  description: "A client secret has a trigger that replaces it.",
  reason: "without a trigger only a change of the secret's inputs replaces it, by accident and at any time.",
  fix: "set rotateWhenChanged: { trigger: <the trigger's result> }, as RotatingCredential does.",
  check: (resource) => {
    if (!isPassword(resource)) return [];
    const trigger = at(resource.properties, "rotateWhenChanged", "trigger");
    return isAbsent(trigger) ? ["rotateWhenChanged has no trigger"] : [];
  },
};
