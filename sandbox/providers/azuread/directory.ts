import type { Clock } from "../../clock.ts";
import { grantedAppRoles } from "../../entra/app-role-assignments.ts";
import type { CreationContext } from "../../entra/context.ts";
import { createDeployer, type Deployer } from "../../entra/deployer.ts";
import { accessDenied, DirectoryError } from "../../entra/errors.ts";
import { isPermitted, type Right, type RightTarget } from "../../entra/rights.ts";
import { servicePrincipalOfClient } from "../../entra/service-principals.ts";
import type { EntraState } from "../../entra/state.ts";
import { microsoftGraph } from "../../entra/well-known/microsoft-graph.ts";
import type { Randomness } from "../../randomness.ts";
import type { State } from "../../state.ts";
import type { Store } from "../../store.ts";
import { ProviderError } from "../provider.ts";

/** @throws DirectoryError when the provider's identity may not do this (to this object). */
export type RequireRight = (right: Right, target?: RightTarget) => void;

/** The directory as a resource type reaches it. A refusal of the directory becomes one of the provider. */
export interface Directory {
  read<T>(look: (entra: EntraState, require: RequireRight) => T): T;
  /** What `look` finds; undefined when the directory has no such thing. */
  find<T>(look: (entra: EntraState, require: RequireRight) => T): T | undefined;
  /** All of `change` happens, or nothing of it; resolves when it is durable. */
  write<T>(
    change: (entra: EntraState, context: CreationContext & { require: RequireRight }) => T,
  ): Promise<T>;
  /** Who the provider acts as. */
  caller(): Promise<ProviderCaller>;
}

/** Who a provider acts as. */
export type ProviderCaller = Pick<Deployer, "clientId" | "principalId">;

export interface DirectoryServices {
  store: Store;
  clock: Clock;
  randomness: Randomness;
  /** Whether the identity that deploys may do only what its Graph permissions and roles allow. */
  enforceRights: boolean;
  /** Default: the sandbox's own deployer. */
  deployer?: ProviderCaller | undefined;
}

export function directoryIn(services: DirectoryServices): Directory {
  const { store, clock, randomness, enforceRights } = services;
  const context = () => ({ nowMs: clock.nowMs(), randomness });
  const requireIn =
    (state: State): RequireRight =>
    (right, target) => {
      if (enforceRights) requireRight(state, services.deployer ?? state.host.deployer, right, target);
    };
  return {
    read: (look) => withProviderErrors(() => look(store.state.entra, requireIn(store.state))),
    find: (look) =>
      withProviderErrors(() => {
        try {
          return look(store.state.entra, requireIn(store.state));
        } catch (error) {
          if (error instanceof DirectoryError && error.status === 404) return undefined;
          throw error;
        }
      }),
    write: (change) =>
      store.update((draft) =>
        withProviderErrors(() => change(draft.entra, { ...context(), require: requireIn(draft) })),
      ),
    async caller() {
      if (services.deployer !== undefined) return services.deployer;
      const { deployer } = store.state.host;
      if (deployer !== null) return deployer;
      return store.update((draft) => {
        draft.host.deployer ??= createDeployer(draft.entra, context());
        return { ...draft.host.deployer };
      });
    },
  };
}

function requireRight(
  { entra }: State,
  deployer: ProviderCaller | null,
  right: Right,
  target: RightTarget | undefined,
): void {
  const graph = servicePrincipalOfClient(entra, microsoftGraph.appId);
  const { clientId = "", principalId = "" } = deployer ?? {};
  const caller = {
    kind: "app" as const,
    appId: clientId,
    objectId: principalId,
    tenantId: entra.tenant.id,
    roles: graph === undefined ? [] : grantedAppRoles(entra, principalId, graph.id),
    scopes: [],
  };
  if (isPermitted(entra, right, caller, target)) return;
  const { roles, rolesOverOwned = [] } = right;
  const owned = rolesOverOwned.length === 0 ? "" : `, or ${rolesOverOwned.join(" or ")} over what it owns`;
  throw accessDenied(
    `Insufficient privileges to complete the operation: the application ${clientId} needs ${roles.join(" or ")}${owned}.`,
  );
}

function withProviderErrors<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error;
    const { status, code, message } = error;
    throw new ProviderError("UNKNOWN", `the directory answered ${status} ${code}: ${message}`);
  }
}
