interface Flight<T> {
  readonly promise: Promise<T>;
  readonly stop: AbortController;
  waiters: number;
  isOver: boolean;
}

/**
 * Work under way, by key: whoever asks for the same thing meanwhile waits for the same answer. Work that nobody waits
 * for any more is told to stop; who comes before it has stopped gets its answer, if it has one after all.
 */
export class SharedFlights<T> {
  readonly #flights = new Map<string, Flight<T>>();

  has(key: string): boolean {
    return this.#flights.has(key);
  }

  /**
   * Waits for the work of `key`, begun by `start` if it is not under way.
   *
   * @param wait how this caller waits: it may give up before the work ends.
   */
  async join(
    key: string,
    start: (stop: AbortSignal) => Promise<T>,
    wait: (work: Promise<T>) => Promise<T>,
  ): Promise<T> {
    const flight = this.#flightFor(key, start);
    flight.waiters++;
    try {
      return await wait(flight.promise);
    } finally {
      flight.waiters--;
      if (flight.waiters === 0 && !flight.isOver) {
        flight.stop.abort(new DOMException("Nobody waits for it any more.", "AbortError"));
      }
    }
  }

  /** Begins work that is not told to stop, whoever waits for it or not. Its failure is nobody's concern. */
  begin(key: string, start: (stop: AbortSignal) => Promise<T>): void {
    const flight = this.#flightFor(key, start);
    flight.waiters++;
    flight.promise.catch(() => {});
  }

  #flightFor(key: string, start: (stop: AbortSignal) => Promise<T>): Flight<T> {
    const underWay = this.#flights.get(key);
    if (underWay !== undefined && !underWay.stop.signal.aborted) {
      return underWay;
    }
    const stop = new AbortController();
    // Told to stop, but perhaps with an attempt under way that is left to finish: a code is redeemed only once.
    const work =
      underWay === undefined
        ? start(stop.signal)
        : underWay.promise.catch((error: unknown) => {
            if (error !== underWay.stop.signal.reason) {
              throw error;
            }
            stop.signal.throwIfAborted();
            return start(stop.signal);
          });
    const promise = work.finally(() => {
      flight.isOver = true;
      if (this.#flights.get(key) === flight) {
        this.#flights.delete(key);
      }
    });
    const flight: Flight<T> = { promise, stop, waiters: 0, isOver: false };
    this.#flights.set(key, flight);
    return flight;
  }
}
