import "../../sandbox/localhost-names.ts";
import { readFileSync } from "node:fs";
import { type CreateSandboxArgs, createSandbox } from "../../sandbox/host/create-sandbox.ts";
import type { Sandbox } from "../../sandbox/host/sandbox.ts";
import type { TestDirectory } from "./directory.ts";
import { trust } from "./https-server.ts";

/** A whole sandbox that this process's clients trust, with what `directory.ts` works on. */
export interface TrustedSandbox extends AsyncDisposable {
  sandbox: Sandbox;
  directory: TestDirectory;
  tenantId: string;
  /** `https://localhost:PORT`: authority, Graph and Azure Resource Manager. */
  origin: string;
  /** `https://NAME.vault.localhost:PORT` */
  vaultUrl(name: string): string;
}

const trusted = new Set<string>();

/** Starts a sandbox. The process's real certificate checks stay on. Closing fails if the sandbox reported anything. */
export async function startTrustedSandbox(args: CreateSandboxArgs = {}): Promise<TrustedSandbox> {
  const sandbox = await createSandbox(args);
  const { NODE_EXTRA_CA_CERTS: caFile = "" } = sandbox.env;
  const caPem = readFileSync(caFile, "utf8");
  if (!trusted.has(caPem)) {
    trusted.add(caPem);
    trust(caPem);
  }
  const { store, clock, randomness, ports } = sandbox;
  return {
    sandbox,
    directory: { store, clock, randomness, context: () => ({ nowMs: clock.nowMs(), randomness }) },
    tenantId: store.state.entra.tenant.id,
    origin: `https://localhost:${ports.https}`,
    vaultUrl: (name) => `https://${name}.vault.localhost:${ports.https}`,
    [Symbol.asyncDispose]: async () => {
      const reports = [...sandbox.reports];
      await sandbox.close();
      if (reports.length > 0) throw new Error(`the sandbox reported: ${reports.join("; ")}`);
    },
  };
}
