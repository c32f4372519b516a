import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { inspect } from "node:util";
import type { EmulatedProvider, Properties } from "../../../../sandbox/providers/provider.ts";
import { type ServedProvider, serveProvider } from "../../../../sandbox/providers/serve.ts";
import { CallError, ProviderClient } from "../../../support/provider-client.ts";
import { type CallRequest, type Method, type RecordedCase, Scope, UnresolvedReference } from "./cases.ts";
import { type Answer, compare } from "./comparison.ts";

/** Holds a provider against recorded cases: each one is a test. */
export function replay(
  title: string,
  { provider, settings, cases }: { provider: EmulatedProvider; settings: Properties; cases: RecordedCase[] },
): void {
  describe(title, () => {
    let served: ServedProvider;
    let client: ProviderClient;
    before(async () => {
      served = await serveProvider(provider);
      client = new ProviderClient(served.port);
      await client.configure(settings, provider.name);
    });
    after(async () => {
      client.close();
      await served.close();
    });
    // A Configure changes the provider for every other case.
    for (const recorded of cases.toSorted((a, b) => Number(configures(a)) - Number(configures(b)))) {
      it(recorded.id, async () => {
        const scope = new Scope("run");
        for (const { name, method, note, request, response } of recorded.steps) {
          const filled = filledRequest(method, request, scope, settings);
          const answer = await callOf(client, provider.name, method, filled);
          const differences = compare(method, request, response, answer, scope);
          const message = `${note ?? recorded.note} ${name}\n${inspect(differences, { depth: 8 })}`;
          assert.deepEqual(differences, [], message);
          scope.remember(name, answer);
        }
      });
    }
  });
}

function configures(recorded: RecordedCase): boolean {
  return recorded.steps.some(({ method }) => method === "Configure");
}

function filledRequest(
  method: Method,
  request: CallRequest,
  scope: Scope,
  settings: Properties,
): CallRequest {
  let filled: CallRequest;
  try {
    filled = scope.fill(request);
  } catch (error) {
    if (error instanceof UnresolvedReference) assert.fail(error.message);
    throw error;
  }
  const withSettings = ({ $configured, ...own }: Properties = {}) =>
    $configured ? { ...settings, ...own } : own;
  if (method === "Configure") return { ...filled, args: withSettings(filled.args) };
  return method === "CheckConfig" ? { ...filled, news: withSettings(filled.news) } : filled;
}

async function callOf(
  client: ProviderClient,
  provider: string,
  method: Method,
  request: CallRequest,
): Promise<Answer> {
  try {
    return await call(client, provider, method, request);
  } catch (error) {
    if (error instanceof CallError) return { error: { code: error.code, message: error.message } };
    throw error;
  }
}

function call(
  client: ProviderClient,
  provider: string,
  method: Method,
  {
    urn = "",
    id = "",
    olds = {},
    oldInputs = {},
    news = {},
    properties,
    inputs,
    args = {},
    ...rest
  }: CallRequest,
): Promise<Answer> {
  switch (method) {
    case "GetPluginInfo":
      return client.pluginInfo();
    case "CheckConfig":
      return client.checkConfig({ urn, news });
    case "Configure":
      return client.configure(args, provider);
    case "Check":
      return client.check({ urn, olds: Object.keys(olds).length === 0 ? undefined : olds, news });
    case "Diff":
      return client.diff({ urn, id, olds, oldInputs, news, ignoreChanges: rest.ignoreChanges });
    case "Create":
      return client.create({ urn, properties: properties ?? {}, preview: rest.preview });
    case "Read":
      return client.read({ urn, id, properties, inputs });
    case "Update":
      return client.update({ urn, id, olds, oldInputs, news, ...rest });
    case "Delete":
      return client.delete({ urn, id, properties: properties ?? {}, oldInputs });
    case "Invoke":
      return client.invoke(rest.tok ?? "", args);
  }
}
