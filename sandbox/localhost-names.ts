import dns, { type LookupAddress, type LookupOptions } from "node:dns";
import { syncBuiltinESMExports } from "node:module";

/**
 * Makes `NAME.localhost` mean this machine, as RFC 6761, section 6.3 demands of resolvers. Not every
 * operating system's does: glibc's knows `localhost` alone. Importing this module is enough, also through
 * `NODE_OPTIONS=--import=…`; clients need no change.
 */

const LOOPBACK: Record<4 | 6, LookupAddress> = {
  4: { address: "127.0.0.1", family: 4 },
  6: { address: "::1", family: 6 },
};

const lookup = dns.lookup;
const lookupInPromise = dns.promises.lookup;

type Callback = (error: Error | null, found?: string | LookupAddress[], family?: number) => void;

function isLocalhostName(hostname: unknown): boolean {
  return typeof hostname === "string" && /\.localhost\.?$/i.test(hostname);
}

/** The sandbox listens on IPv4; IPv6 is answered only to those who ask for nothing else. */
function loopbackFor(options: LookupOptions | number | undefined): LookupAddress {
  const family = typeof options === "number" ? options : options?.family;
  return LOOPBACK[family === 6 || family === "IPv6" ? 6 : 4];
}

function lookupKnowingLocalhost(hostname: string, ...rest: unknown[]): void {
  const callback = rest.at(-1) as Callback;
  if (!isLocalhostName(hostname)) {
    Reflect.apply(lookup, dns, [hostname, ...rest]);
    return;
  }
  const options = rest.length > 1 ? (rest[0] as LookupOptions | number) : undefined;
  const found = loopbackFor(options);
  const all = typeof options === "object" && options?.all === true;
  process.nextTick(() => (all ? callback(null, [found]) : callback(null, found.address, found.family)));
}

async function lookupInPromiseKnowingLocalhost(hostname: string, options?: LookupOptions | number) {
  if (!isLocalhostName(hostname)) {
    return Reflect.apply(lookupInPromise, dns.promises, [hostname, options]) as Promise<unknown>;
  }
  const found = loopbackFor(options);
  return typeof options === "object" && options.all === true ? [found] : found;
}

Object.assign(dns, { lookup: lookupKnowingLocalhost });
Object.assign(dns.promises, { lookup: lookupInPromiseKnowingLocalhost });
syncBuiltinESMExports();
