import { createDefaultHttpClient, type HttpClient } from "@azure/core-rest-pipeline";
import type { Fetch } from "../../runtime/src/bounded-request.ts";

/**
 * Knows what real requests are under way, so that virtual time moves on only when all of them are answered, except
 * those that hang.
 */
export class Traffic {
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #httpClient = createDefaultHttpClient();
  readonly #patienceMs: number;

  /**
   * @param patienceMs real time after which a request counts as hanging and is no longer waited for; short only in
   * tests of what hangs, since a busy machine may take its time
   */
  constructor({ patienceMs = 10_000 }: { patienceMs?: number } = {}) {
    this.#patienceMs = patienceMs;
  }

  /** Waits for all that is under way, and for what follows from it. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) {
      await Promise.race(this.#underWay);
      for (let round = 0; round < 4; round++) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }

  /** Counts `work` as under way. */
  track<T>(work: Promise<T>): Promise<T> {
    let giveUp: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      giveUp = setTimeout(resolve, this.#patienceMs);
    });
    const over = Promise.race([
      work.then(
        () => {},
        () => {},
      ),
      patience,
    ]).then(() => {
      clearTimeout(giveUp);
      this.#underWay.delete(over);
    });
    this.#underWay.add(over);
    return work;
  }

  /** The global `fetch`, with the answer's body read before it counts as answered. */
  readonly fetch: Fetch = (url, init) =>
    this.track(
      (async () => {
        const response = await globalThis.fetch(url, init);
        const body = await response.arrayBuffer();
        const hasBody = ![204, 205, 304].includes(response.status) && body.byteLength > 0;
        const { status, headers } = response;
        return new Response(hasBody ? body : null, { status, headers });
      })(),
    );

  /** For clients of Azure's SDKs. */
  readonly httpClient: HttpClient = {
    sendRequest: (request) => this.track(this.#httpClient.sendRequest(request)),
  };
}
