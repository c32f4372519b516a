import type { Deployer } from "../entra/deployer.ts";

/** What the running sandbox keeps about itself. */
export interface HostState {
  /**
   * The ports it was last reached at; null before the first start. The vaults' URIs, which contain the
   * HTTPS port, are part of the state and of what programs have stored, so a restart insists on it.
   */
  ports: SandboxPorts | null;
  /** Who the Pulumi program and the command sign in as. */
  deployer: Deployer | null;
}

export interface SandboxPorts {
  https: number;
  /** Mail submission. */
  smtp: number;
  /** By provider name. */
  providers: Record<string, number>;
}

/** Never started. */
export function initialHostState(): HostState {
  return { ports: null, deployer: null };
}
