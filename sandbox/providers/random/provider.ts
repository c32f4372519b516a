import type { Clock } from "../../clock.ts";
import type { Randomness } from "../../randomness.ts";
import type { Store } from "../../store.ts";
import { type FrameworkResource, frameworkBehaviour } from "../bridge/framework-resource.ts";
import { bridgedProvider } from "../bridge/provider.ts";
import type { EmulatedProvider } from "../provider.ts";
import { randomId } from "./random-id.ts";
import { randomInteger } from "./random-integer.ts";
import { randomPassword } from "./random-password.ts";
import { randomPet } from "./random-pet.ts";
import { randomString } from "./random-string.ts";
import { randomUuid } from "./random-uuid.ts";

/** The resource types of `random` that the sandbox knows, by type token. */
export const randomResources: Readonly<Record<string, (randomness: Randomness) => FrameworkResource>> = {
  "random:index/randomId:RandomId": randomId,
  "random:index/randomInteger:RandomInteger": randomInteger,
  "random:index/randomPassword:RandomPassword": randomPassword,
  "random:index/randomPet:RandomPet": randomPet,
  "random:index/randomString:RandomString": randomString,
  "random:index/randomUuid:RandomUuid": randomUuid,
};

/**
 * The `random` provider, with the behaviour of version 4.21. It keeps nothing in the sandbox: its results
 * live in the stack's own state.
 */
export function createRandomProvider({
  randomness,
}: {
  store?: Store;
  clock?: Clock;
  randomness: Randomness;
}): EmulatedProvider {
  const resources = Object.entries(randomResources).map(
    ([type, make]) => [type, frameworkBehaviour(make(randomness))] as const,
  );
  return bridgedProvider({
    name: "random",
    version: "4.21.2",
    config: {},
    resources: new Map(resources),
    functions: new Map(),
    capabilities: {
      acceptSecrets: false,
      supportsPreview: true,
      acceptResources: true,
      acceptOutputs: false,
      supportsAutonamingConfiguration: true,
    },
  });
}
