import { createDefaultHttpClient, type HttpClient } from "@azure/core-rest-pipeline";
import type { Fetch } from "../../runtime/src/bounded-request.ts";

/** A request, or other work, that is waited for. */
interface UnderWay {
  /** Host and path of a request. */
  readonly path: string | undefined;
  /** Resolves when it need not be waited for any more. */
  readonly over: Promise<void>;
  letGo(): void;
}

/** Real time after which a request is no longer waited for, whatever keeps it; milliseconds. */
const patienceMs = 10_000;

/**
 * Knows what real requests are under way, so that virtual time moves on only when all of them are answered, except
 * those that hang.
 */
export class Traffic {
  readonly #underWay = new Set<UnderWay>();
  readonly #httpClient = createDefaultHttpClient();

  /** Waits for all that is under way, and for what follows from it. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) {
      await Promise.race([...this.#underWay].map(({ over }) => over));
      for (let round = 0; round < 4; round++) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }

  /** Counts `work` as under way: a request to `url`, if there is one. */
  track<T>(work: Promise<T>, url?: string): Promise<T> {
    const { promise: over, resolve } = Promise.withResolvers<void>();
    const giveUp = setTimeout(() => entry.letGo(), patienceMs);
    const entry: UnderWay = {
      path: url === undefined ? undefined : hostAndPath(url),
      over,
      letGo: () => {
        clearTimeout(giveUp);
        this.#underWay.delete(entry);
        resolve();
      },
    };
    this.#underWay.add(entry);
    work.then(entry.letGo, entry.letGo);
    return work;
  }

  /** The one that answers has begun to let a request to this host and path hang: it is not waited for any more. */
  hangs(path: string): void {
    for (const entry of this.#underWay) {
      if (entry.path === path) {
        entry.letGo();
        return;
      }
    }
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
      url,
    );

  /** For clients of Azure's SDKs. */
  readonly httpClient: HttpClient = {
    sendRequest: (request) => this.track(this.#httpClient.sendRequest(request), request.url),
  };
}

function hostAndPath(url: string): string {
  const { hostname, pathname } = new URL(url);
  return `${hostname}${pathname}`;
}
