import {
  type ConfigureResponse,
  type EmulatedProvider,
  type Properties,
  ProviderError,
} from "../provider.ts";
import { type ConfigSchema, checkedConfig } from "./config.ts";
import { invoked, type ProviderFunction } from "./invoke.ts";
import type { ResourceBehaviour } from "./resource.ts";
import { received, withSecrets } from "./wire.ts";

export interface BridgedProviderArgs {
  name: string;
  /** Of the real provider whose behaviour this is. */
  version: string;
  config: ConfigSchema;
  /** By type token, e.g. `azuread:index/group:Group`. */
  resources: ReadonlyMap<string, ResourceBehaviour>;
  /** By token, e.g. `azuread:index/getGroup:getGroup`. */
  functions: ReadonlyMap<string, ProviderFunction>;
  /** What the real provider answers to Configure. */
  capabilities: ConfigureResponse;
  /** Takes the settings, without secret markers. */
  configure?(settings: Properties): void;
}

/** A provider made of resource types and functions; anything else it refuses by name. */
export function bridgedProvider(args: BridgedProviderArgs): EmulatedProvider {
  const { name, version, config, resources, functions } = args;

  const behaviourOf = (type: string): ResourceBehaviour => {
    const behaviour = resources.get(type);
    if (behaviour !== undefined) return behaviour;
    throw new ProviderError(
      "UNIMPLEMENTED",
      `the sandbox does not emulate the resource type "${type}". Of ${name} it emulates ${namesIn(resources)}.`,
    );
  };

  return {
    name,
    version,

    async checkConfig({ news }) {
      const { inputs, failures } = checkedConfig(name, config, received(news));
      return { inputs: withSecrets(config, inputs), failures };
    },

    async diffConfig() {
      // The bridge compares no settings: a changed one takes effect without replacing the provider.
      return { changes: "DIFF_NONE", replaces: [], diffs: [], deleteBeforeReplace: false };
    },

    async configure({ args: settings, variables }) {
      const fromVariables = Object.entries(variables).map(([key, value]) => [
        key.split(":").at(-1) ?? key,
        value,
      ]);
      args.configure?.({ ...Object.fromEntries(fromVariables), ...received(settings) });
      return args.capabilities;
    },

    async check(request, log) {
      const behaviour = resources.get(request.type);
      if (behaviour === undefined) {
        const reason = `the sandbox does not emulate the resource type "${request.type}". Of ${name} it emulates ${namesIn(resources)}.`;
        return { inputs: received(request.news), failures: [{ property: "", reason }] };
      }
      const olds = request.olds === undefined ? undefined : received(request.olds);
      return behaviour.check({ ...request, olds, news: received(request.news) }, log);
    },

    async diff(request) {
      return behaviourOf(request.type).diff({
        ...request,
        olds: received(request.olds),
        oldInputs: received(request.oldInputs),
        news: received(request.news),
      });
    },

    async create(request) {
      return behaviourOf(request.type).create({ ...request, properties: received(request.properties) });
    },

    async read(request) {
      return behaviourOf(request.type).read({
        ...request,
        properties: request.properties === undefined ? undefined : received(request.properties),
        inputs: request.inputs === undefined ? undefined : received(request.inputs),
      });
    },

    async update(request) {
      return behaviourOf(request.type).update({
        ...request,
        olds: received(request.olds),
        oldInputs: received(request.oldInputs),
        news: received(request.news),
      });
    },

    async delete(request) {
      return behaviourOf(request.type).delete({
        ...request,
        properties: received(request.properties),
        oldInputs: received(request.oldInputs),
      });
    },

    async invoke({ token, args: given }) {
      const call = functions.get(token);
      if (call === undefined) {
        const known = functions.size === 0 ? "none" : namesIn(functions);
        throw new ProviderError(
          "UNIMPLEMENTED",
          `the sandbox does not emulate the function "${token}". Of ${name}'s functions it emulates ${known}.`,
        );
      }
      return invoked(token, call, received(given));
    },
  };
}

function namesIn(tokens: ReadonlyMap<string, unknown>): string {
  return [...tokens.keys()]
    .map((token) => token.split(":").at(-1) ?? token)
    .sort()
    .join(", ");
}
