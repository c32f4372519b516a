import type { Clock } from "../clock.ts";
import type { Deployer } from "../entra/deployer.ts";
import type { FaultInjector } from "../faults/injector.ts";
import type { FaceCertificate } from "../https/certificate.ts";
import { createHttpsFace, type HttpsFace } from "../https/face.ts";
import { createAzureadProvider } from "../providers/azuread/provider.ts";
import { createNativeProvider } from "../providers/native/provider.ts";
import type { EmulatedProvider } from "../providers/provider.ts";
import { createRandomProvider } from "../providers/random/provider.ts";
import { type ServedProvider, serveProvider } from "../providers/serve.ts";
import type { Randomness } from "../randomness.ts";
import { createSmtpFace } from "../smtp/face.ts";
import type { Timeline } from "../timeline/timeline.ts";
import type { CallLog } from "./call-log.ts";
import { httpsObserver } from "./https-observer.ts";
import { providerObserver } from "./provider-observer.ts";
import { smtpObserver } from "./smtp-observer.ts";
import type { SandboxPorts } from "./state.ts";
import type { WatchedStore } from "./watched-store.ts";
import { withWebhookConsent } from "./webhook-consent.ts";

/** A port that the sandbox must have belongs to another program. */
export class PortTakenError extends Error {
  override readonly name = "PortTakenError";
  readonly port: number;

  constructor(port: number) {
    super(`Port ${port} is taken by another program.`);
    this.port = port;
  }
}

export interface FacesArgs {
  store: WatchedStore;
  clock: Clock;
  randomness: Randomness;
  timeline: Timeline;
  faults: FaultInjector;
  calls: CallLog;
  deployer: Deployer;
  certificate: FaceCertificate;
  /** 0 is any free one; another one is insisted on. */
  httpsPort: number;
  /** Of mail submission, before: taken again if it is free. */
  smtpPort: number;
  /** Ports that the providers had before: taken again where they are free. */
  providerPorts: Readonly<Record<string, number>>;
  /** Told of what a developer of the sandbox should know. */
  report: (text: string) => void;
}

/** The faces of a running sandbox. */
export interface Faces {
  ports: SandboxPorts;
  close(): Promise<void>;
}

/**
 * Starts the HTTPS face, mail submission and the three providers over one state.
 * @throws PortTakenError
 */
export async function startFaces(args: FacesArgs): Promise<Faces> {
  const { store, clock, randomness, faults, calls, certificate, httpsPort: port, report } = args;
  const https = await createHttpsFace({
    store,
    clock,
    randomness,
    port,
    certificate,
    observer: httpsObserver(faults, calls, report),
  }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") throw new PortTakenError(port);
    throw error;
  });
  const mail = {
    ...{ store, clock, randomness, addresses: https, certificate },
    observer: smtpObserver(faults, calls, report),
  };
  const smtp = await createSmtpFace({ ...mail, port: args.smtpPort }).catch((error) => {
    if (args.smtpPort === 0) throw error;
    return createSmtpFace(mail);
  });
  const observer = withWebhookConsent(providerObserver(faults, calls), args);
  const served: ServedProvider[] = [];
  for (const provider of emulatedProviders(args, https)) {
    const before = args.providerPorts[provider.name] ?? 0;
    served.push(
      await serveProvider(provider, { port: before, observer }).catch((error) => {
        if (before === 0) throw error;
        return serveProvider(provider, { observer });
      }),
    );
  }
  return {
    ports: {
      https: https.port,
      smtp: smtp.port,
      providers: Object.fromEntries(served.map(({ name, port }) => [name, port])),
    },
    close: async () => {
      await Promise.all([https.close(), smtp.close(), ...served.map((each) => each.close())]);
    },
  };
}

function emulatedProviders(
  { store, clock, randomness, deployer }: FacesArgs,
  https: HttpsFace,
): EmulatedProvider[] {
  return [
    createRandomProvider({ randomness }),
    createAzureadProvider({ store, clock, randomness, enforceRights: true }),
    createNativeProvider({
      store,
      clock,
      randomness,
      deployer,
      vaultUri: https.vaultUri,
      ingestionEndpoint: `${https.origin}/`,
      enforceRights: true,
    }),
  ];
}
