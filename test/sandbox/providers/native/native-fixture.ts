import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { storeClock } from "../../../../sandbox/clock.ts";
import {
  createNativeProvider,
  type NativeProviderArgs,
} from "../../../../sandbox/providers/native/provider.ts";
import type {
  CheckRequest,
  CheckResponse,
  DiffResponse,
  EmulatedProvider,
  Properties,
  ReadResponse,
} from "../../../../sandbox/providers/provider.ts";
import { seededRandomness } from "../../../../sandbox/randomness.ts";
import { initialState } from "../../../../sandbox/state.ts";
import { MemoryStore } from "../../../../sandbox/store.ts";

export const NOW_MS = Date.parse("2025-02-14T11:30:00Z");
export const TENANT_ID = "11111111-2222-4333-8444-555555555555";
export const SUBSCRIPTION_ID = "99999999-8888-4777-8666-555555555555";
export const SUBSCRIPTION = `/subscriptions/${SUBSCRIPTION_ID}`;
export const GROUP = `${SUBSCRIPTION}/resourceGroups/sell`;
export const VAULT = `${GROUP}/providers/Microsoft.KeyVault/vaults/sell-vault`;
export const VAULT_PROPERTIES: Properties = {
  tenantId: TENANT_ID,
  sku: { family: "A", name: "standard" },
  enableRbacAuthorization: true,
};

const NO_LOG = { warn: () => {} };

/** A resource as the engine records it. */
export interface Recorded {
  /** Without `azure-native:`. */
  type: string;
  name: string;
  id: string;
  inputs: Properties;
  outputs: Properties;
}

export type CheckOptions = Partial<Pick<CheckRequest, "olds" | "randomSeed" | "autonaming">>;

/** The emulated provider over a sandbox of its own, with the steps that the engine takes. */
export class NativeFixture {
  readonly store: MemoryStore;
  readonly provider: EmulatedProvider;

  constructor(args: Partial<NativeProviderArgs> = {}) {
    this.store = new MemoryStore(
      initialState({ nowMs: NOW_MS, tenantId: TENANT_ID, subscriptionId: SUBSCRIPTION_ID }),
    );
    this.provider = createNativeProvider({
      store: this.store,
      clock: storeClock(this.store),
      randomness: seededRandomness(1),
      vaultUri: (name) => `https://${name}.vault.localhost:4443/`,
      ...args,
    });
  }

  get state() {
    return this.store.state;
  }

  async passTime(ms: number): Promise<void> {
    await this.store.update((draft) => {
      draft.clock.nowMs += ms;
    });
  }

  async configure(settings: Record<string, string>): Promise<void> {
    const variables = Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [`azure-native:config:${key}`, value]),
    );
    await this.provider.configure({ args: {}, variables });
  }

  check(type: string, name: string, news: Properties, options: CheckOptions = {}): Promise<CheckResponse> {
    return this.provider.check(
      {
        ...identity(type, name),
        olds: undefined,
        randomSeed: new Uint8Array(createHash("sha256").update(`${type}::${name}`).digest()),
        autonaming: undefined,
        ...options,
        news,
      },
      NO_LOG,
    );
  }

  /** Check and Create. */
  async declare(type: string, name: string, news: Properties): Promise<Recorded> {
    const inputs = await this.checked(type, name, news);
    const { id, properties } = await this.provider.create({
      ...identity(type, name),
      properties: inputs,
      preview: false,
    });
    return { type, name, id, inputs, outputs: properties };
  }

  async previewCreate(type: string, name: string, news: Properties): Promise<Properties> {
    const inputs = await this.checked(type, name, news);
    const { id, properties } = await this.provider.create({
      ...identity(type, name),
      properties: inputs,
      preview: true,
    });
    assert.equal(id, "");
    return properties;
  }

  /** Check and Diff. */
  async diff({ type, name, id, inputs, outputs }: Recorded, news: Properties): Promise<DiffResponse> {
    return this.provider.diff({
      ...identity(type, name),
      id,
      olds: outputs,
      oldInputs: inputs,
      news: await this.checked(type, name, news, inputs),
      ignoreChanges: [],
    });
  }

  /** Check and Update. */
  async update(recorded: Recorded, news: Properties, { preview = false } = {}): Promise<Recorded> {
    const { type, name, id, inputs: oldInputs, outputs: olds } = recorded;
    const inputs = await this.checked(type, name, news, oldInputs);
    const outputs = await this.provider.update({
      ...identity(type, name),
      id,
      olds,
      oldInputs,
      news: inputs,
      ignoreChanges: [],
      preview,
    });
    return { ...recorded, inputs, outputs };
  }

  /** As `pulumi refresh` reads. */
  read({ type, name, id, inputs, outputs }: Recorded): Promise<ReadResponse> {
    return this.provider.read({ ...identity(type, name), id, properties: outputs, inputs });
  }

  /** As `pulumi import` reads. */
  import(type: string, id: string): Promise<ReadResponse> {
    return this.provider.read({
      ...identity(type, "imported"),
      id,
      properties: undefined,
      inputs: undefined,
    });
  }

  delete({ type, name, id, inputs, outputs }: Recorded): Promise<void> {
    return this.provider.delete({ ...identity(type, name), id, properties: outputs, oldInputs: inputs });
  }

  /** Inputs without failures. */
  async checked(type: string, name: string, news: Properties, olds?: Properties): Promise<Properties> {
    const { inputs, failures } = await this.check(type, name, news, { olds });
    assert.deepEqual(failures, [], `${type} ${name}`);
    return inputs;
  }

  /** The resource group `sell` in western Europe. */
  group(): Promise<Recorded> {
    return this.declare("resources:ResourceGroup", "sell", {
      resourceGroupName: "sell",
      location: "westeurope",
    });
  }

  /** The vault `sell-vault` in the resource group `sell`. */
  vault(properties: Properties = {}): Promise<Recorded> {
    return this.declare("keyvault:Vault", "vault", {
      resourceGroupName: "sell",
      vaultName: "sell-vault",
      properties: { ...VAULT_PROPERTIES, ...properties },
    });
  }
}

function identity(type: string, name: string) {
  const token = `azure-native:${type}`;
  return { type: token, name, urn: `urn:pulumi:dev::keyturn::${token}::${name}` };
}

/** A deep copy with some members changed. */
export function changed(properties: Properties, changes: Properties): Properties {
  return { ...structuredClone(properties), ...changes };
}

/** Asserts that `call` is refused with a message that has all of `parts`. */
export async function refused(call: Promise<unknown>, ...parts: string[]): Promise<void> {
  await assert.rejects(call, (error: unknown) => {
    const text = error instanceof Error ? error.message : String(error);
    for (const part of parts) assert.ok(text.includes(part), `“${part}” is not in: ${text}`);
    return true;
  });
}
