import type { PlannedCredential } from "../../infra/plan-credentials.ts";
import { describePlan } from "../operate/describe-plan.ts";
import type { Terminal } from "../terminal.ts";
import type { CredentialStatus } from "./document.ts";
import { alignedColumns } from "./table.ts";

/** All that is known of one credential, in lines below those that every credential has. */
export function oneCredentialLines(
  { dates, conditions, lastActions }: CredentialStatus,
  planned: PlannedCredential | undefined,
  style: Terminal["style"],
): string[] {
  const labelled = [
    ["not before", dates.notBefore],
    ["not after", dates.notAfter],
    ["renewal", dates.renewalTime],
    ["safe until", dates.safeUntil],
    ["held until", dates.heldUntil],
  ].flatMap(([label, at]) => (label == null || at == null ? [] : [`  ${label.padEnd(12)} ${at}`]));
  const rows = conditions.map(({ type, isTrue, reason }) => [type, isTrue ? "yes" : "no", reason]);
  const [heading = "", ...lines] = alignedColumns([["CONDITION", "IS", "WHY"], ...rows]);
  return [
    ...labelled,
    "",
    style("bold", heading),
    ...lines.map((line, index) => (conditions[index]?.needsAttention === true ? style("red", line) : line)),
    ...section(
      "LAST ACTIONS",
      lastActions.map(({ at, what }) => `${(at ?? "before").padEnd(20)}  ${what}`),
      style,
    ),
    ...section("NEXT UPDATE", planned === undefined ? [] : describePlan(planned), style),
  ];
}

function section(title: string, lines: readonly string[], style: Terminal["style"]): string[] {
  return lines.length === 0 ? [] : ["", style("bold", title), ...lines];
}
