import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, storeClock } from "../clock.ts";
import { createDeployer, type Deployer } from "../entra/deployer.ts";
import { type MetricSample, recordMetric } from "../events/metrics.ts";
import type { OutboxEntry } from "../events/state.ts";
import { FaultInjector } from "../faults/injector.ts";
import type { FaceCertificate } from "../https/certificate.ts";
import { publicVaultUri } from "../keyvault/vaults.ts";
import type { Randomness } from "../randomness.ts";
import { initialState, type State } from "../state.ts";
import type { Store } from "../store.ts";
import { settle } from "../timeline/settle.ts";
import { Timeline } from "../timeline/timeline.ts";
import { CallLog } from "./call-log.ts";
import { caFileIn, certificateIn } from "./certificate-files.ts";
import { assignDeployerRoles } from "./deployer-roles.ts";
import { sandboxEnvironment } from "./environment.ts";
import { type Faces, startFaces } from "./faces.ts";
import type { SandboxPorts } from "./state.ts";
import { WatchedStore } from "./watched-store.ts";

export interface SandboxArgs {
  /** Holds the state; the sandbox closes it in the end. */
  store: Store;
  randomness: Randomness;
  /** Where the certificate and Pulumi's stacks go. */
  folder: string;
  /** Of the HTTPS face. 0 is any free one; another one is insisted on. */
  httpsPort: number;
  /** What makes the certificate, if the folder holds none. */
  makeCertificate: () => Promise<FaceCertificate>;
  /** Ends the sandbox at once, as SIGKILL would. */
  die: () => void;
  /** Told of each new entry of `reports`. */
  onReport?: (text: string) => void;
  /** Runs at the end of `close`. */
  cleanUp?: () => Promise<void>;
}

/** A state that no sandbox has used yet. */
export function newState({ nowMs, randomness }: { nowMs: number; randomness: Randomness }): State {
  return initialState({ nowMs, tenantId: randomness.uuid(), subscriptionId: randomness.uuid() });
}

/** How many reports are remembered. */
const REPORTS_LENGTH = 1000;

type Parts = Pick<
  Sandbox,
  "store" | "clock" | "randomness" | "timeline" | "faults" | "calls" | "folder" | "deployer" | "reports"
>;

/** A running sandbox: one state, the faces over it, and what moves its time and makes it fail. */
export class Sandbox {
  readonly store: WatchedStore;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly timeline: Timeline;
  readonly faults: FaultInjector;
  readonly calls: CallLog;
  /** Holds the certificate and Pulumi's stacks. */
  readonly folder: string;
  readonly deployer: Deployer;
  /** What was asked for and is not emulated, and failures of the sandbox itself, oldest first. */
  readonly reports: readonly string[];
  readonly #faces: Faces;
  readonly #cleanUp: () => Promise<void>;
  #closed: Promise<void> | undefined;

  private constructor(parts: Parts, faces: Faces, cleanUp: () => Promise<void>) {
    this.store = parts.store;
    this.clock = parts.clock;
    this.randomness = parts.randomness;
    this.timeline = parts.timeline;
    this.faults = parts.faults;
    this.calls = parts.calls;
    this.folder = parts.folder;
    this.deployer = parts.deployer;
    this.reports = parts.reports;
    this.#faces = faces;
    this.#cleanUp = cleanUp;
  }

  /**
   * Opens both faces over the state.
   * @throws PortTakenError if a port that it must have is another program's.
   */
  static async start(args: SandboxArgs): Promise<Sandbox> {
    const { store: inner, randomness, folder, httpsPort, die, onReport, cleanUp = async () => {} } = args;
    const store = new WatchedStore(inner, settle);
    const clock = storeClock(store);
    const timeline = new Timeline(store);
    const faults = new FaultInjector({ store, die });
    const calls = new CallLog(clock);
    const reports: string[] = [];
    const report = (text: string) => {
      reports.push(text);
      if (reports.length > REPORTS_LENGTH) reports.shift();
      onReport?.(text);
    };
    await mkdir(backendFolder(folder), { recursive: true, mode: 0o700 });
    const deployer = store.state.host.deployer ?? (await firstDeployer(store, randomness));
    const certificate = await certificateIn(folder, args.makeCertificate);
    const { providers: providerPorts = {}, smtp: smtpPort = 0 } = store.state.host.ports ?? {};
    const faces = await startFaces({
      ...{
        store,
        clock,
        randomness,
        timeline,
        faults,
        calls,
        deployer,
        certificate,
        httpsPort,
        smtpPort,
        providerPorts,
        report,
      },
    });
    await store.update((draft) => {
      draft.host.ports = faces.ports;
    });
    const parts = { store, clock, randomness, timeline, faults, calls, folder, deployer, reports };
    return new Sandbox(parts, faces, cleanUp);
  }

  get ports(): SandboxPorts {
    return this.#faces.ports;
  }

  /** What a program needs in its environment to meet this sandbox where it expects Azure. */
  get env(): Record<string, string> {
    return sandboxEnvironment({
      ports: this.ports,
      deployer: this.deployer,
      subscriptionId: this.store.state.arm.subscriptionId,
      caFile: caFileIn(this.folder),
      localhostNamesFile: join(import.meta.dirname, "..", "localhost-names.ts"),
      backendFolder: backendFolder(this.folder),
    });
  }

  /** Everything that people and services were sent, or would have been, oldest first. */
  async outbox(): Promise<readonly OutboxEntry[]> {
    await this.timeline.settled();
    return this.store.state.events.outbox;
  }

  /** Takes in a value that was measured; at the sandbox's present, if `atMs` is left out. */
  async recordMetric({
    atMs = this.clock.nowMs(),
    ...sample
  }: Omit<MetricSample, "atMs"> & { atMs?: number }): Promise<void> {
    await this.store.update((draft) => recordMetric(draft.events, { ...sample, atMs }));
  }

  /** Ends what is under way, closes the faces, and waits until the state is safe. Once is enough. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.faults.releaseAll();
    await this.#faces.close();
    await this.timeline.close();
    await this.store.close();
    await this.#cleanUp();
  }
}

function backendFolder(folder: string): string {
  return join(folder, "pulumi");
}

function firstDeployer(store: Store, randomness: Randomness): Promise<Deployer> {
  return store.update((draft) => {
    const creation = { nowMs: draft.clock.nowMs, randomness };
    const deployer = createDeployer(draft.entra, creation);
    draft.host.deployer = deployer;
    assignDeployerRoles(draft, { ...creation, caller: deployer, vaultUri: publicVaultUri });
    return deployer;
  });
}
