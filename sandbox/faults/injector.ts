import type { State } from "../state.ts";
import { decideFault, type FaultableCall, matches } from "./decide.ts";
import { type FaultEffect, type FaultRequest, type FaultRule, faultRequest } from "./rule.ts";
import type { FaultsState, FiredFault } from "./state.ts";

/** How many struck faults are remembered. */
const FIRED_LENGTH = 1000;

/** What the injector needs of the sandbox's store. */
export interface FaultHost {
  readonly store: {
    readonly state: State;
    update<T>(change: (draft: { faults: FaultsState; readonly clock: { nowMs: number } }) => T): Promise<T>;
    onChange(listener: (state: State) => void): () => void;
    withStaleView<T>(staleness: { updates: number } | { ageMs: number }, read: () => Promise<T>): Promise<T>;
  };
  /** Ends the sandbox at once, as SIGKILL would; never returns control to a caller. */
  die(): void;
}

/** How one face carries out what only it can. Each either answers, or throws what the face turns into a failure. */
export interface FaceEffects<T> {
  status(effect: Extract<FaultEffect, { kind: "status" }>): T;
  /** Breaks the connection. */
  reset(): T;
  /** Sends half of the answer, then breaks the connection. */
  half(run: () => Promise<T>): Promise<T>;
  /** Aborts when the caller has gone away. */
  signal: AbortSignal;
}

/** Sets faults up, and stands around calls to let them strike. */
export class FaultInjector {
  readonly #host: FaultHost;
  /** What ends the waits of a rule, by rule id. */
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(host: FaultHost) {
    this.#host = host;
  }

  /** @throws ZodError naming every violation. */
  async add(request: FaultRequest): Promise<FaultRule> {
    const wanted = faultRequest.parse(request);
    return this.#host.store.update(({ faults }) => {
      const rule: FaultRule = { ...wanted, id: String(faults.nextId++) };
      faults.rules.push(rule);
      return rule;
    });
  }

  list(): readonly FaultRule[] {
    return this.#host.store.state.faults.rules;
  }

  /** Every fault that struck, oldest first. */
  fired(): readonly FiredFault[] {
    return this.#host.store.state.faults.fired;
  }

  /**
   * Takes one rule away, or all, and lets go of the calls that they hold. What struck stays on record.
   * @returns how many rules there were
   */
  async clear(id?: string): Promise<number> {
    const cleared = await this.#host.store.update(({ faults }) => {
      const gone = faults.rules.filter((rule) => id === undefined || rule.id === id).map((rule) => rule.id);
      faults.rules = faults.rules.filter((rule) => !gone.includes(rule.id));
      for (const each of gone) delete faults.counters[each];
      return gone;
    });
    for (const each of cleared) {
      for (const release of this.#waiting.get(each) ?? []) release();
    }
    return cleared.length;
  }

  /** Lets go of every call that is held up: the sandbox is closing. */
  releaseAll(): void {
    for (const waits of this.#waiting.values()) for (const release of waits) release();
  }

  /** Runs a call, with the fault that it meets. */
  async run<T>(call: FaultableCall, run: () => Promise<T>, face: FaceEffects<T>): Promise<T> {
    const rule = await this.#decide(call);
    if (rule === undefined) return run();
    const { effect } = rule;
    switch (effect.kind) {
      case "status":
        if (effect.after) await ended(run());
        return face.status(effect);
      case "reset":
        if (effect.after) await ended(run());
        return face.reset();
      case "kill":
        if (effect.after) await ended(run());
        this.#host.die();
        return new Promise<never>(() => {});
      case "half":
        return face.half(run);
      case "stale": {
        const { ageMs, updates } = effect;
        return this.#host.store.withStaleView(
          ageMs === undefined ? { updates: updates ?? 1 } : { ageMs },
          run,
        );
      }
      case "hang": {
        const answer = effect.after ? run() : undefined;
        answer?.catch(() => {}); // it may fail before anybody waits for it
        await this.#wait(rule.id, face.signal);
        return answer ?? run();
      }
      case "delay":
        await this.#wait(rule.id, face.signal, effect);
        return run();
    }
  }

  /** Counts the call and records the fault that strikes, durably: it may be the sandbox's last act. */
  async #decide(call: FaultableCall): Promise<FaultRule | undefined> {
    const rules = this.list();
    if (!rules.some((rule) => matches(rule, call))) return undefined;
    return this.#host.store.update(({ faults, clock }) => {
      const { struck, counters } = decideFault(rules, call, faults.counters, faults.seed);
      faults.counters = counters;
      if (struck === undefined) return undefined;
      const { rule, match } = struck;
      const { face, operation, path } = call;
      const { kind } = rule.effect;
      faults.fired.push({ atMs: clock.nowMs, ruleId: rule.id, effect: kind, face, operation, path, match });
      if (faults.fired.length > FIRED_LENGTH) faults.fired.shift();
      return rule;
    });
  }

  /** Waits for the rule to be cleared, for the delay to pass, or for the caller to give up (which throws). */
  async #wait(ruleId: string, signal: AbortSignal, delay?: { ms: number; clock: "sandbox" | "real" }) {
    const { store } = this.#host;
    const waits = this.#waiting.get(ruleId) ?? new Set();
    this.#waiting.set(ruleId, waits);
    const endings: (() => void)[] = [];
    await new Promise<void>((done) => {
      waits.add(done);
      endings.push(() => waits.delete(done));
      const abort = () => done();
      signal.addEventListener("abort", abort);
      endings.push(() => signal.removeEventListener("abort", abort));
      if (signal.aborted) done();
      if (delay?.clock === "real") {
        const timer = setTimeout(done, delay.ms);
        endings.push(() => clearTimeout(timer));
      }
      if (delay?.clock === "sandbox") {
        const untilMs = store.state.clock.nowMs + delay.ms;
        const check = (state: State) => state.clock.nowMs >= untilMs && done();
        endings.push(store.onChange(check));
        check(store.state);
      }
    });
    for (const end of endings) end();
    if (waits.size === 0) this.#waiting.delete(ruleId);
    signal.throwIfAborted();
  }
}

/** Waits for a call whose answer nobody will get. */
async function ended(answer: Promise<unknown>): Promise<void> {
  await answer.catch(() => {});
}
