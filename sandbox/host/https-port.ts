import { createServer } from "node:net";
import { integerBetween, type Randomness } from "../randomness.ts";
import type { State } from "../state.ts";

/** The sandbox is asked to move to another port although what it holds has addresses with the old one. */
export class PortFixedError extends Error {
  override readonly name = "PortFixedError";
}

/** Below the ports that systems hand out to outgoing connections, so that it is still free after a restart. */
const FIRST_PORT = 20_000;
const LAST_PORT = 29_999;
const TRIES = 50;

/**
 * The port for the HTTPS face. The vaults' URIs contain it, in the state and in what programs have stored:
 * as long as there are vaults it stays what it was.
 * @param wanted undefined: the one it had, or else a free one
 * @throws PortFixedError
 */
export async function chooseHttpsPort(
  wanted: number | undefined,
  { host, keyVault }: State,
  randomness: Randomness,
): Promise<number> {
  const before = host.ports?.https;
  if (before === undefined) return wanted ?? (await freePort(randomness));
  if (wanted === undefined || wanted === before) return before;
  const vaults = [...Object.keys(keyVault.vaults), ...Object.keys(keyVault.deletedVaults)];
  if (vaults.length === 0) return wanted;
  throw new PortFixedError(
    `This sandbox's vaults (${vaults.join(", ")}) have addresses with port ${before}; it cannot move to ${wanted}. ` +
      "Leave --port out, or begin anew with `keyturn sandbox reset`.",
  );
}

async function freePort(randomness: Randomness): Promise<number> {
  for (let n = 0; n < TRIES; n++) {
    const port = integerBetween(randomness, FIRST_PORT, LAST_PORT);
    if (await isPortFree(port)) return port;
  }
  return 0;
}

/** Whether no program listens at a port of this machine. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once("error", () => done(false));
    server.listen(port, "127.0.0.1", () => server.close(() => done(true)));
  });
}
