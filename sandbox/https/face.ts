import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { Clock } from "../clock.ts";
import type { Randomness } from "../randomness.ts";
import type { Store } from "../store.ts";
import type { FaceCertificate } from "./certificate.ts";
import { FaceDispatcher } from "./dispatcher.ts";
import { VaultThrottle } from "./key-vault/throttle.ts";
import { answerOverHttp } from "./listener.ts";
import { createIssuerFetch } from "./login/issuer-fetch.ts";
import { ReplicaTurn } from "./login/replica-turn.ts";
import { SigningKeys } from "./login/signing-keys.ts";
import type { FaceObserver } from "./observer.ts";
import type { Addresses, FaceServices } from "./services.ts";

export interface HttpsFaceArgs {
  store: Store;
  clock: Clock;
  randomness: Randomness;
  /** 0, the default, takes a free one. */
  port?: number;
  /** A new one if not given. */
  certificate?: FaceCertificate;
  observer?: FaceObserver;
}

/** Azure over HTTPS, on this machine alone. */
export interface HttpsFace extends Addresses {
  /** The authority that clients must trust, as PEM. */
  caPem: string;
  close(): Promise<void>;
}

/** A token may be several kilobytes long; Node's own limit for all headers is 16 KiB. */
const HEADER_BYTES_MAX = 64 * 1024;
/** Real time: how long a client may take to send a request. */
const REQUEST_TIMEOUT_MS = 30_000;

/** Starts the face on 127.0.0.1. */
export async function createHttpsFace(args: HttpsFaceArgs): Promise<HttpsFace> {
  const { store, clock, randomness, port = 0, observer = {} } = args;
  // Loading what makes certificates takes longer than everything else here.
  const certificate = args.certificate ?? (await (await import("./certificate.ts")).createFaceCertificate());
  const server = createServer({
    cert: certificate.certificatePem,
    key: certificate.privateKeyPem,
    maxHeaderSize: HEADER_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    headersTimeout: REQUEST_TIMEOUT_MS,
  });
  const addresses = addressesOf(await listen(server, port));
  const services: FaceServices = {
    store,
    clock,
    randomness,
    addresses,
    signingKeys: new SigningKeys(store, randomness),
    replicas: new ReplicaTurn(),
    vaultThrottle: new VaultThrottle(),
    fetchJson: createIssuerFetch(certificate.caPem),
    serve: (request) => dispatcher.serve(request),
    unsupported: (name) => observer.unsupported?.(name),
  };
  const dispatcher = new FaceDispatcher(services, observer);
  server.on("request", answerOverHttp({ dispatcher, clock, randomness, addresses }));
  return {
    ...addresses,
    caPem: certificate.caPem,
    close: () => closeServer(server),
  };
}

function addressesOf(port: number): Addresses {
  return {
    port,
    origin: `https://localhost:${port}`,
    vaultUri: (vaultName) => `https://${vaultName.toLowerCase()}.vault.localhost:${port}/`,
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((done, fail) => {
    server.once("error", fail);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", fail);
      done((server.address() as AddressInfo).port);
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((done, fail) => {
    server.close((error) => (error ? fail(error) : done()));
    server.closeAllConnections();
  });
}
