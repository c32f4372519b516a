import type { Clock } from "../clock.ts";
import type { FaultableCall } from "../faults/decide.ts";
import { isoSeconds } from "../iso-time.ts";

/** A call that reached the sandbox. Says what was asked for, never with what values. */
export interface LoggedCall extends FaultableCall {
  /** Counts from 1 since the sandbox was started. */
  sequence: number;
  /** The sandbox clock when it arrived: ISO 8601. */
  at: string;
  /** `ok`, or the status that it failed with; `open` while it runs. */
  outcome: string;
}

/** How many calls are remembered. */
const LENGTH = 5000;

/** The last calls of both faces, oldest first. Kept in memory: it ends with the process. */
export class CallLog {
  readonly #clock: Clock;
  readonly #calls: LoggedCall[] = [];
  #sequence = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Notes a call; returns what notes its end. */
  begin({ face, operation, path }: FaultableCall): (outcome: string) => void {
    const at = isoSeconds(this.#clock.nowMs());
    const call: LoggedCall = { sequence: ++this.#sequence, at, face, operation, path, outcome: "open" };
    this.#calls.push(call);
    if (this.#calls.length > LENGTH) this.#calls.shift();
    return (outcome) => {
      call.outcome = outcome;
    };
  }

  /** @param after only calls with a higher sequence number */
  list({ after = 0 }: { after?: number } = {}): LoggedCall[] {
    return this.#calls.filter((call) => call.sequence > after).map((call) => ({ ...call }));
  }
}
