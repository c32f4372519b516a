import type { Clock } from "../../clock.ts";
import type { CreationContext } from "../../entra/context.ts";
import { createDeployer, type Deployer } from "../../entra/deployer.ts";
import { DirectoryError } from "../../entra/errors.ts";
import type { EntraState } from "../../entra/state.ts";
import type { Randomness } from "../../randomness.ts";
import type { Store } from "../../store.ts";
import { ProviderError } from "../provider.ts";

/** The directory as a resource type reaches it. A refusal of the directory becomes one of the provider. */
export interface Directory {
  read<T>(look: (entra: EntraState) => T): T;
  /** What `look` finds; undefined when the directory has no such thing. */
  find<T>(look: (entra: EntraState) => T): T | undefined;
  /** All of `change` happens, or nothing of it; resolves when it is durable. */
  write<T>(change: (entra: EntraState, context: CreationContext) => T): Promise<T>;
  /** Who the provider acts as. */
  caller(): Promise<Deployer>;
}

export function directoryIn({
  store,
  clock,
  randomness,
}: {
  store: Store;
  clock: Clock;
  randomness: Randomness;
}): Directory {
  const context = () => ({ nowMs: clock.nowMs(), randomness });
  return {
    read: (look) => withProviderErrors(() => look(store.state.entra)),
    find(look) {
      try {
        return look(store.state.entra);
      } catch (error) {
        if (error instanceof DirectoryError && error.status === 404) return undefined;
        throw error;
      }
    },
    write: (change) => store.update((draft) => withProviderErrors(() => change(draft.entra, context()))),
    async caller() {
      const { deployer } = store.state.host;
      if (deployer !== null) return deployer;
      return store.update((draft) => {
        draft.host.deployer ??= createDeployer(draft.entra, context());
        return { ...draft.host.deployer };
      });
    },
  };
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
