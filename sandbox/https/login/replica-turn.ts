/** Which replica of the token service answers: each in its turn, so that the same calls meet the same ones. */
export class ReplicaTurn {
  #requests = 0;

  /**
   * The next replica's delay.
   * @param delaysMs one for each replica; none at all counts as one replica without delay
   */
  next(delaysMs: readonly number[]): number {
    const delayMs = delaysMs[this.#requests % Math.max(1, delaysMs.length)] ?? 0;
    this.#requests++;
    return delayMs;
  }
}
