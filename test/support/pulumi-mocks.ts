import * as pulumi from "@pulumi/pulumi";
import type { MockCallArgs, MockResourceArgs } from "@pulumi/pulumi/runtime/mocks.js";

/** A resource as it was registered. */
export interface RegisteredResource {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

export interface PulumiMocks {
  resources: RegisteredResource[];
  /** The one resource of a type and name. @throws if there is none. */
  resource(type: string, name: string): RegisteredResource;
}

export interface PulumiMocksArgs {
  preview?: boolean;
  stack?: string;
  /** Outputs beside the inputs, by type. */
  outputs?: (args: MockResourceArgs) => Record<string, unknown>;
  /** The id; default: made from the name. */
  id?: (args: MockResourceArgs) => string | undefined;
  call?: (args: MockCallArgs) => Record<string, unknown>;
}

/** Replaces the engine in this process; resources are registered with whoever asks here. */
export async function mockPulumi(args: PulumiMocksArgs = {}): Promise<PulumiMocks> {
  const {
    preview = false,
    stack = "dev",
    outputs = () => ({}),
    id = () => undefined,
    call = () => ({}),
  } = args;
  const resources: RegisteredResource[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: (mock) => {
        resources.push({ type: mock.type, name: mock.name, inputs: mock.inputs });
        return { id: id(mock) ?? `${mock.name}-id`, state: { ...mock.inputs, ...outputs(mock) } };
      },
      call,
    },
    "keyturn",
    stack,
    preview,
  );
  return {
    resources,
    resource: (type, name) => {
      const found = resources.filter((each) => each.type === type && each.name === name);
      if (found.length !== 1 || found[0] === undefined) {
        const all = resources.map((each) => `${each.type} ${each.name}`).join("\n");
        throw new Error(`${found.length} resources are ${type} ${name}; there are:\n${all}`);
      }
      return found[0];
    },
  };
}

/** The value of an output. */
export function resolvedValue<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((done) => {
    output.apply((value) => {
      done(value as T);
      return value;
    });
  });
}

/** Waits until everything that the test declared has been registered. */
export async function registered(): Promise<void> {
  await new Promise((done) => setImmediate(done));
  // Part of the runtime but not of its types.
  await (pulumi.runtime as unknown as { waitForRPCs(): Promise<void> }).waitForRPCs();
}

/** What is inside a value that was handed to the engine as a secret. @throws if it was not. */
export function secretValue(value: unknown): unknown {
  const wrapped = value as Record<string, unknown> | undefined;
  if (wrapped?.[pulumi.runtime.specialSigKey] !== pulumi.runtime.specialSecretSig) {
    throw new Error("the value is not marked as secret");
  }
  return wrapped.value;
}
