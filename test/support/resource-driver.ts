import assert from "node:assert/strict";
import type {
  CheckFailure,
  DiffResponse,
  EmulatedProvider,
  EngineLog,
  Properties,
} from "../../sandbox/providers/provider.ts";
import { withoutSecrets } from "../../sandbox/providers/values.ts";

/** A resource as the engine keeps it in a stack's state. */
export interface DeployedResource {
  type: string;
  urn: string;
  name: string;
  id: string;
  /** Checked inputs, without secret markers. */
  inputs: Properties;
  /** As the provider gave them, secret markers included. */
  outputs: Properties;
}

export interface Change {
  diff: DiffResponse;
  /** The resource after the change: another one when it was replaced. */
  after: DeployedResource;
}

/** Check refused the inputs. */
export class RefusedInputs extends Error {
  readonly failures: CheckFailure[];

  constructor(failures: CheckFailure[]) {
    super(failures.map(({ reason }) => reason).join("\n"));
    this.failures = failures;
  }
}

/**
 * Does to one resource of an emulated provider what the engine does for a provider that takes no secrets:
 * checks before it acts, compares, updates or replaces (the new one first), passes values on without their
 * secret markers.
 */
export class ResourceDriver {
  readonly warnings: string[] = [];
  readonly #provider: EmulatedProvider;
  readonly #log: EngineLog = { warn: (_, message) => this.warnings.push(message) };

  constructor(provider: EmulatedProvider) {
    this.#provider = provider;
  }

  /** @throws RefusedInputs */
  async check(type: string, news: Properties, olds?: Properties): Promise<Properties> {
    const request = {
      ...identityOf(type),
      news,
      olds,
      randomSeed: new Uint8Array(32),
      autonaming: undefined,
    };
    const { inputs, failures } = await this.#provider.check(request, this.#log);
    if (failures.length > 0) throw new RefusedInputs(failures);
    return withoutSecrets(inputs);
  }

  async preview(type: string, inputs: Properties): Promise<Properties> {
    const properties = await this.check(type, inputs);
    return (await this.#provider.create({ ...identityOf(type), properties, preview: true })).properties;
  }

  async create(type: string, inputs: Properties): Promise<DeployedResource> {
    const properties = await this.check(type, inputs);
    const created = await this.#provider.create({ ...identityOf(type), properties, preview: false });
    assert.notEqual(created.id, "", `${type} was created without an id`);
    return { ...identityOf(type), id: created.id, inputs: properties, outputs: created.properties };
  }

  async diff(
    before: DeployedResource,
    inputs: Properties,
    ignoreChanges: string[] = [],
  ): Promise<DiffResponse> {
    const news = await this.check(before.type, inputs, before.inputs);
    return this.#provider.diff({ ...recordOf(before), news, ignoreChanges });
  }

  /** Brings a resource to new inputs; without a difference nothing happens. */
  async change(before: DeployedResource, inputs: Properties): Promise<Change> {
    const news = await this.check(before.type, inputs, before.inputs);
    const diff = await this.#provider.diff({ ...recordOf(before), news, ignoreChanges: [] });
    if (diff.changes === "DIFF_NONE") return { diff, after: { ...before, inputs: news } };
    if (diff.replaces.length > 0) {
      const after = await this.create(before.type, inputs);
      await this.remove(before);
      return { diff, after };
    }
    const outputs = await this.#provider.update({
      ...recordOf(before),
      news,
      ignoreChanges: [],
      preview: false,
    });
    return { diff, after: { ...before, inputs: news, outputs } };
  }

  /** What a refresh records; undefined when the resource is gone. */
  async refresh(before: DeployedResource): Promise<DeployedResource | undefined> {
    const { type, urn, name, id } = before;
    const properties = withoutSecrets(before.outputs);
    const read = await this.#provider.read({ type, urn, name, id, properties, inputs: before.inputs });
    if (read.id === "") return undefined;
    return { ...before, inputs: withoutSecrets(read.inputs), outputs: read.properties };
  }

  /** What an import finds; undefined when there is no such resource. */
  async import(type: string, id: string): Promise<DeployedResource | undefined> {
    const request = { ...identityOf(type), id, properties: undefined, inputs: undefined };
    const read = await this.#provider.read(request);
    if (read.id === "") return undefined;
    return {
      ...identityOf(type),
      id: read.id,
      inputs: withoutSecrets(read.inputs),
      outputs: read.properties,
    };
  }

  async remove({ type, urn, name, id, inputs, outputs }: DeployedResource): Promise<void> {
    await this.#provider.delete({
      type,
      urn,
      name,
      id,
      properties: withoutSecrets(outputs),
      oldInputs: inputs,
    });
  }

  /** @throws RefusedInputs */
  async invoke(token: string, args: Properties): Promise<Properties> {
    const { result, failures } = await this.#provider.invoke({ token, args });
    if (failures.length > 0) throw new RefusedInputs(failures);
    return result;
  }
}

/** The outputs without secret markers. */
export function plainOutputs({ outputs }: DeployedResource): Properties {
  return withoutSecrets(outputs);
}

function identityOf(type: string) {
  return { type, name: "it", urn: `urn:pulumi:dev::tests::${type}::it` };
}

function recordOf({ type, urn, name, id, inputs, outputs }: DeployedResource) {
  return { type, urn, name, id, olds: withoutSecrets(outputs), oldInputs: inputs };
}
