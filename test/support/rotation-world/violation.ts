/** The seven rules of rotation, and what they are for. */
export type Rule =
  | "1 one slot at most, never the published one"
  | "2 readable means usable for the overlap"
  | "3 nothing unverified is published"
  | "4 nothing due, nothing changed"
  | "5 a dead update is finished by the next"
  | "6 no published secret expires while updates run"
  | "7 a clock that runs backwards rotates nothing"
  | "consumers always hold a working secret";

/** A history broke a rule: the run ends. */
export class Violation extends Error {
  override readonly name = "Violation";
  readonly rule: Rule;

  constructor(rule: Rule, message: string) {
    super(`rule ${rule}: ${message}`);
    this.rule = rule;
  }
}
