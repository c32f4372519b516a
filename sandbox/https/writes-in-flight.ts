/** Tells apart the one write to an object that goes on from those that come while it does. */
export class WritesInFlight {
  readonly #targets = new Set<string>();

  /** @returns what ends the write; undefined while another one to `target` is under way. */
  enter(target: string): (() => void) | undefined {
    if (this.#targets.has(target)) return undefined;
    this.#targets.add(target);
    return () => void this.#targets.delete(target);
  }
}
