import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { createFaceCertificate } from "../../sandbox/https/certificate.ts";

export interface HttpsServer {
  /** `https://localhost:PORT`. */
  origin: string;
  /** The authority to be trusted, as PEM. */
  caPem: string;
  close(): Promise<void>;
}

/** A server on the loopback interface, at a free port. */
export async function startHttpsServer(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<HttpsServer> {
  const { caPem, certificatePem, privateKeyPem } = await createFaceCertificate();
  const server = createServer({ cert: certificatePem, key: privateKeyPem }, handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `https://localhost:${port}`,
    caPem,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Makes this process's clients trust `caPem`, besides whom they trust anyway. */
export function trust(caPem: string): void {
  setDefaultCACertificates([...getCACertificates("default"), caPem]);
}
