import type { Draft } from "immer";
import type { CreationContext } from "../entra/context.ts";
import type { State } from "../state.ts";
import type { ResourceId } from "./resource-id.ts";
import type { ArmResource } from "./state.ts";

/** Who asks, and what the services need to know of the sandbox around them. */
export interface ArmContext extends CreationContext {
  caller: ArmCaller;
  /** Where a vault's data plane is, with a trailing slash. */
  vaultUri: (vaultName: string) => string;
  /** Where applications send their telemetry, with a trailing slash. Azure's public cloud, if not given. */
  ingestionEndpoint?: string;
}

export interface ArmCaller {
  clientId: string;
  /** Object id. */
  principalId: string;
}

/** What a PUT sends. */
export interface ResourceBody {
  location?: string;
  tags?: Record<string, string>;
  properties?: Record<string, unknown>;
  [member: string]: unknown;
}

/** A resource as Resource Manager returns it. */
export interface ResourceView {
  id: string;
  name: string;
  type: string;
  location?: string;
  tags?: Record<string, string>;
  properties: Record<string, unknown>;
  [member: string]: unknown;
}

export interface ResourceWrite {
  draft: Draft<State>;
  id: ResourceId;
  body: ResourceBody;
  existing: ArmResource | undefined;
  context: ArmContext;
}

/** What a service makes of what it was sent. */
export interface Written {
  /** The resource's properties, with the service's own. */
  properties: Record<string, unknown>;
  /** Other members than id, name, type, location, tags, identity and systemData. */
  extra?: Record<string, unknown>;
  hidden?: Record<string, unknown>;
}

export interface ResourceRemoval {
  draft: Draft<State>;
  resource: ArmResource;
  context: ArmContext;
}

/** A resource type whose resources Resource Manager keeps, and what is special about it. */
export interface StoredType {
  kind: "stored";
  type: string;
  /** Has a location, which it must be given and which never changes. */
  tracked?: boolean;
  /** Says who made and last changed it. */
  systemData?: boolean;
  /** Is put on another resource, or on a scope. */
  extension?: boolean;
  /** Is not changed by a second PUT, which answers what is there. */
  writtenOnce?: boolean;
  /** @throws ArmError when the service refuses. */
  write(write: ResourceWrite): Written;
  /** What goes with it. Runs before it is removed. */
  remove?(removal: ResourceRemoval): void;
}

/** A resource type that is only a view on what another service keeps. */
export interface ProjectedType {
  kind: "projected";
  type: string;
  /** Undefined when there is no such resource. */
  get(state: State, id: ResourceId, vaultUri: (vaultName: string) => string): ResourceView | undefined;
  /** All that are nested in one resource. */
  listIn(state: State, parent: string, vaultUri: (vaultName: string) => string): ResourceView[];
  put(write: Omit<ResourceWrite, "existing">): void;
  /** @throws ArmError, always: what to say to a GET that finds nothing. */
  missing(id: ResourceId): never;
}

export type ResourceType = StoredType | ProjectedType;
