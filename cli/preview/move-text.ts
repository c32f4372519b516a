import type { PlanReport } from "../../infra/plan-report.ts";
import { day } from "./consequence.ts";

/** What an update does about a credential's vaults, in words; undefined if nothing. */
export function moveText({ move, stopped }: PlanReport): string | undefined {
  if (move === undefined || stopped !== undefined) return undefined;
  const { from, to, removableAt } = move;
  switch (move.state) {
    case "begins":
      return (
        `published in ${to} too; ${from} is kept in step until \`movedFrom\` is removed, ` +
        `from ${day(removableAt)} on: until then its consumers have to change over`
      );
    case "ends":
      return `no longer published in ${from}: whoever still reads it there, and not in ${to}, loses it`;
    case "goes on":
      return undefined;
  }
}
