import type { Randomness } from "../randomness.ts";

/** What an operation that creates something needs besides the state. */
export interface CreationContext {
  /** The sandbox clock, in milliseconds since 1970. */
  nowMs: number;
  randomness: Randomness;
}
