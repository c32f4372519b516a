import { request } from "node:https";
import { getCACertificates } from "node:tls";

const TIMEOUT_MS = 5_000;
const BODY_BYTES_MAX = 256 * 1024;

/**
 * Reads JSON from an issuer on this machine. The sandbox's own authority is trusted, and whatever the
 * process trusts.
 * @throws Error when the issuer is elsewhere, unreachable, too slow or too talkative
 */
export function createIssuerFetch(caPem: string): (url: string) => Promise<unknown> {
  return async (text) => {
    const url = new URL(text);
    if (url.protocol !== "https:" || !isLoopback(url.hostname)) {
      throw new Error(`${url.host} is not an https address of this machine`);
    }
    const body = await read(url, caPem);
    return JSON.parse(body) as unknown;
  };
}

function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/i.test(hostname);
}

function read(url: URL, caPem: string): Promise<string> {
  return new Promise((done, fail) => {
    const asked = request(
      url,
      {
        ca: [caPem, ...getCACertificates("default")],
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: { accept: "application/json" },
        agent: false,
      },
      (response) => {
        const chunks: Buffer[] = [];
        let length = 0;
        response.on("data", (chunk: Buffer) => {
          length += chunk.length;
          if (length > BODY_BYTES_MAX) response.destroy(new Error("the answer is too long"));
          chunks.push(chunk);
        });
        response.on("error", fail);
        response.on("end", () => {
          if (response.statusCode === 200) done(Buffer.concat(chunks).toString("utf8"));
          else fail(new Error(`${url.href} answered ${response.statusCode}`));
        });
      },
    );
    asked.on("error", fail);
    asked.end();
  });
}
