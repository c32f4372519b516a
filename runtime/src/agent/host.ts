import type { Random } from "../backoff.ts";
import type { Clock } from "../clock.ts";

/** What the agent sees of the process it runs in. */
export interface AgentHost {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly random: Random;
  writeOut(text: string): void;
  writeErr(text: string): void;
  /** Calls `handler` for each such signal; returns how to stop that. */
  onSignal(signal: NodeJS.Signals, handler: () => void): () => void;
}

/** Facts of an event that may be shown: never a value. */
export type EventFacts = Readonly<Record<string, string | number | undefined>>;

/** Reports what happens, on standard error: as text, or as JSON lines. */
export class AgentLog {
  readonly #host: AgentHost;
  readonly #json: boolean;

  constructor(host: AgentHost, json: boolean) {
    this.#host = host;
    this.#json = json;
  }

  /** @param event a word for programs. @param text a sentence for people. */
  tell(event: string, text: string, facts: EventFacts = {}): void {
    const time = new Date(this.#host.clock.nowMs()).toISOString();
    const line = this.#json
      ? JSON.stringify({ time, event, message: text, ...facts })
      : `${time} keyturn-agent: ${text}`;
    this.#host.writeErr(`${line}\n`);
  }
}
