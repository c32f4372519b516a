import { resourceKey } from "../../arm/resource-id.ts";
import type { ArmCaller, ArmContext, ResourceView } from "../../arm/resource-types.ts";
import { deleteResource, getResource, putResource } from "../../arm/resources.ts";
import type { Clock } from "../../clock.ts";
import { requireSecretAccess } from "../../keyvault/access.ts";
import { deleteSecret } from "../../keyvault/deleted-secrets.ts";
import { publicVaultUri } from "../../keyvault/vaults.ts";
import type { Randomness } from "../../randomness.ts";
import type { Store } from "../../store.ts";
import {
  type CheckRequest,
  type CheckResponse,
  type ConfigureRequest,
  type ConfigureResponse,
  type CreateRequest,
  type CreateResponse,
  type DeleteRequest,
  type DiffRequest,
  type DiffResponse,
  type EmulatedProvider,
  type InvokeRequest,
  type InvokeResponse,
  type Properties,
  type PropertyValue,
  ProviderError,
  type ReadRequest,
  type ReadResponse,
  type UpdateRequest,
} from "../provider.ts";
import { isObject } from "../values.ts";
import { checkInputs } from "./check.ts";
import { bodyOf, outputsOf, resourceIdOf } from "./conversion.ts";
import { diffInputs } from "./diff.ts";
import { FUNCTIONS } from "./functions.ts";
import { plain } from "./plain-values.ts";
import { previewOutputs } from "./preview.ts";
import { refreshedInputs } from "./refresh.ts";
import { RESOURCE_DEFINITIONS } from "./resources/index.ts";
import { type Access, assignmentIn, refusalOf } from "./rights.ts";
import type { ResourceDefinition } from "./schema.ts";
import { asProviderError, isServiceError } from "./service-errors.ts";
import { validate } from "./validate.ts";

export interface NativeProviderArgs {
  store: Store;
  clock: Clock;
  randomness: Randomness;
  /** Where a vault's data plane is, with a trailing slash. Azure's public cloud, if not given. */
  vaultUri?: (vaultName: string) => string;
  /** Where applications send their telemetry, with a trailing slash. Azure's public cloud, if not given. */
  ingestionEndpoint?: string;
  /** Who deploys, for `getClientConfig` and for what Azure notes of the maker. Nobody in the directory, if not given. */
  deployer?: ArmCaller;
  /** Whether the deployer may only do what roles give it. If not, it may do everything. */
  enforceRights?: boolean;
  /** A token of the deployer's, for `getClientToken`. */
  clientToken?: (endpoint: string) => Promise<string>;
}

type OptionalArg = "clientToken" | "ingestionEndpoint";

const VERSION = "3.28.0";
const SETTING_PREFIX = "azure-native:config:";
const NOBODY: ArmCaller = {
  clientId: "00000000-0000-0000-0000-000000000000",
  principalId: "00000000-0000-0000-0000-000000000000",
};

const definitions = new Map(RESOURCE_DEFINITIONS.map((definition) => [definition.token, definition]));

/**
 * The `azure-native` provider, version 3.28, over the sandbox's Resource Manager and vaults.
 * @see https://github.com/pulumi/pulumi-azure-native
 */
export function createNativeProvider(args: NativeProviderArgs): EmulatedProvider {
  return new NativeProvider(args);
}

class NativeProvider implements EmulatedProvider {
  readonly name = "azure-native";
  readonly version = VERSION;
  readonly #args: Required<Omit<NativeProviderArgs, OptionalArg>> & Pick<NativeProviderArgs, OptionalArg>;
  #settings: Record<string, string> = {};

  constructor(args: NativeProviderArgs) {
    this.#args = { vaultUri: publicVaultUri, deployer: NOBODY, enforceRights: false, ...args };
  }

  async checkConfig({ news }: CheckRequest): Promise<CheckResponse> {
    return { inputs: news, failures: [] };
  }

  async diffConfig(): Promise<DiffResponse> {
    return { changes: "DIFF_UNKNOWN", replaces: [], diffs: [], stables: [], deleteBeforeReplace: false };
  }

  async configure({ variables, sendsOldInputs }: ConfigureRequest): Promise<ConfigureResponse> {
    if (sendsOldInputs === false) {
      throw new ProviderError("UNKNOWN", "Azure Native provider requires Pulumi CLI v3.74.0 or later");
    }
    this.#settings = Object.fromEntries(
      Object.entries(variables).map(([key, value]) => [
        key.startsWith(SETTING_PREFIX) ? key.slice(SETTING_PREFIX.length) : key,
        value,
      ]),
    );
    return {
      acceptSecrets: false,
      supportsPreview: true,
      acceptResources: false,
      acceptOutputs: false,
      supportsAutonamingConfiguration: true,
    };
  }

  async check(request: CheckRequest): Promise<CheckResponse> {
    const definition = definitionOf(request.type);
    return checkInputs(
      definition,
      { ...request, olds: request.olds && plain(request.olds), news: plain(request.news) },
      this.#args.store.state,
      { location: this.#settings.location, subscriptionId: this.#subscriptionId },
    );
  }

  async diff({ type, olds, oldInputs, news }: DiffRequest): Promise<DiffResponse> {
    return diffInputs(definitionOf(type), {
      olds: plain(olds),
      oldInputs: plain(oldInputs),
      news: plain(news),
    });
  }

  async create({ type, properties, preview }: CreateRequest): Promise<CreateResponse> {
    const definition = definitionOf(type);
    const inputs = plain(properties);
    if (preview) return { id: "", properties: previewOutputs(definition, inputs) };
    const id = resourceIdOf(definition, inputs, this.#subscriptionId);
    if (!definition.comesWithParent) this.#requireNew(definition, id);
    const view = await this.#put(definition, id, inputs);
    return { id: view.id, properties: outputsOf(definition, view) };
  }

  async read({ type, id, properties, inputs }: ReadRequest): Promise<ReadResponse> {
    const definition = definitionOf(type);
    let view: ResourceView;
    try {
      view = this.#get(definition, id);
    } catch (error) {
      if (isServiceError(error) && error.status === 404) return { id: "", properties: {}, inputs: {} };
      throw asProviderError(error);
    }
    const outputs = outputsOf(definition, view);
    return {
      id,
      properties: outputs,
      inputs: refreshedInputs(definition, { id, properties, inputs, outputs }),
    };
  }

  async update({ type, olds, news, preview }: UpdateRequest): Promise<Properties> {
    const definition = definitionOf(type);
    const inputs = plain(news);
    if (preview) {
      const { name, location } = plain(olds);
      return {
        ...previewOutputs(definition, inputs),
        ...(name !== undefined && { name }),
        ...(location !== undefined && { location }),
      };
    }
    const id = resourceIdOf(definition, inputs, this.#subscriptionId);
    return outputsOf(definition, await this.#put(definition, id, inputs));
  }

  async delete({ type, id, oldInputs }: DeleteRequest): Promise<void> {
    const definition = definitionOf(type);
    const { store } = this.#args;
    try {
      if (definition.token === "azure-native:keyvault:Secret") {
        await this.#deleteSecret(plain(oldInputs));
        return;
      }
      if (definition.comesWithParent) {
        if (store.state.arm.resources[resourceKey(id)] !== undefined) await this.#put(definition, id, {});
        return;
      }
      this.#authorize({ definition, id, verb: "delete", ...this.#assignment(id) });
      await store.update((draft) => deleteResource(draft, id, this.#context()));
    } catch (error) {
      if (isServiceError(error) && error.status === 404) return;
      throw asProviderError(error);
    }
  }

  async invoke({ token, args }: InvokeRequest): Promise<InvokeResponse> {
    const inputs = plain(args);
    if (token === "azure-native:authorization:getClientConfig") {
      return { result: this.#clientConfig(), failures: [] };
    }
    if (token === "azure-native:authorization:getClientToken") {
      return { result: { token: await this.#clientToken(inputs.endpoint) }, failures: [] };
    }
    const definition = FUNCTIONS.get(token);
    if (definition === undefined) {
      throw new ProviderError("UNKNOWN", `Invoke type ${token} not found: the sandbox does not emulate it`);
    }
    const failures = validate(definition.inputs, inputs);
    if (failures.length > 0) return { result: {}, failures };
    const { resource, action } = definition;
    const id = resourceIdOf(resource, inputs, this.#subscriptionId);
    try {
      if (action !== undefined) this.#authorize({ definition: resource, id, verb: "sharedKeys/action" });
      const view = this.#get(resource, id);
      if (action === undefined) return { result: outputsOf(resource, view), failures: [] };
      return {
        result: action(this.#args.store.state.arm.resources[resourceKey(id)]?.hidden ?? {}),
        failures: [],
      };
    } catch (error) {
      throw asProviderError(error, `request failed ${id}: `);
    }
  }

  get #subscriptionId(): string {
    return this.#settings.subscriptionId ?? this.#args.store.state.arm.subscriptionId;
  }

  #context(): ArmContext {
    const { clock, randomness, vaultUri, deployer, ingestionEndpoint } = this.#args;
    const context = { nowMs: clock.nowMs(), randomness, vaultUri, caller: deployer };
    return ingestionEndpoint === undefined ? context : { ...context, ingestionEndpoint };
  }

  #get(definition: ResourceDefinition, id: string): ResourceView {
    this.#authorize({ definition, id, verb: "read" });
    return getResource(this.#args.store.state, id, this.#args.vaultUri);
  }

  async #put(definition: ResourceDefinition, id: string, inputs: Properties): Promise<ResourceView> {
    try {
      this.#authorize({ definition, id, verb: "write", ...assignmentIn(inputs) });
      return await this.#args.store.update((draft) => {
        const body = bodyOf(definition, this.#withKeptProperties(definition, id, inputs));
        return plainJson(putResource(draft, id, body, this.#context()));
      });
    } catch (error) {
      throw asProviderError(error);
    }
  }

  /** A vault's access policies may be set apart from it: not to mention them leaves them as they are. */
  #withKeptProperties(definition: ResourceDefinition, id: string, inputs: Properties): Properties {
    const { properties } = inputs;
    if (definition.token !== "azure-native:keyvault:Vault" || !isObject(properties)) return inputs;
    if (properties.accessPolicies !== undefined) return inputs;
    const kept = this.#args.store.state.arm.resources[resourceKey(id)]?.properties.accessPolicies ?? [];
    return { ...inputs, properties: { ...properties, accessPolicies: kept as PropertyValue } };
  }

  /** @throws ProviderError when the resource is there already, or nobody can tell. */
  #requireNew(definition: ResourceDefinition, id: string): void {
    try {
      this.#get(definition, id);
    } catch (error) {
      if (!isServiceError(error)) throw error;
      if (error.status === 404) return;
      const body = JSON.stringify({ error: { code: error.code, message: error.message } });
      throw new ProviderError(
        "UNKNOWN",
        `cannot check existence of resource '${id}': status code ${error.status}, ${body}`,
      );
    }
    throw new ProviderError("UNKNOWN", `cannot create already existing resource '${id}'`);
  }

  /** Through the data plane, as the control plane has no way to delete a secret. */
  async #deleteSecret({ vaultName, secretName }: Properties): Promise<void> {
    for (const [name, value] of Object.entries({ vaultName, secretName })) {
      if (typeof value !== "string")
        throw new ProviderError("UNKNOWN", `${name} not found in resource state`);
    }
    const secret = { vaultName: String(vaultName), secretName: String(secretName) };
    const { store, clock, deployer, enforceRights } = this.#args;
    await store.update((draft) => {
      if (enforceRights) {
        const { principalId, clientId: appId } = deployer;
        const tenantId = draft.entra.tenant.id;
        requireSecretAccess(draft, { ...secret, principalId, call: "delete" }, { appId, tenantId });
      }
      deleteSecret(draft, secret, clock.nowMs());
    });
  }

  /** @throws ArmError when the deployer is held to its roles, and none of them gives it this. */
  #authorize(access: Access): void {
    if (!this.#args.enforceRights) return;
    const refusal = refusalOf(this.#args.store.state, this.#args.deployer, access);
    if (refusal !== undefined) throw refusal;
  }

  #assignment(id: string): Pick<Access, "assignedRole" | "assignedTo"> {
    return assignmentIn(this.#args.store.state.arm.resources[resourceKey(id)]?.properties);
  }

  #clientConfig(): Properties {
    const { deployer, store } = this.#args;
    return {
      clientId: deployer.clientId,
      objectId: deployer.principalId,
      subscriptionId: this.#subscriptionId,
      tenantId: store.state.entra.tenant.id,
    };
  }

  async #clientToken(endpoint: PropertyValue | undefined): Promise<string> {
    const { clientToken } = this.#args;
    if (clientToken === undefined) {
      throw new ProviderError("UNKNOWN", "getClientToken: this sandbox was set up without a token service");
    }
    return clientToken(
      typeof endpoint === "string" && endpoint !== "" ? endpoint : "https://management.azure.com/",
    );
  }
}

function definitionOf(type: string): ResourceDefinition {
  const definition = definitions.get(type);
  if (definition === undefined) {
    throw new ProviderError("UNKNOWN", `Resource type ${type} not found: the sandbox does not emulate it`);
  }
  return definition;
}

/** A copy that outlives the draft that it was taken from. */
function plainJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
