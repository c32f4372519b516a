import { createHash } from "node:crypto";
import { DAY_MS } from "../../../infra/duration.ts";

/**
 * What people were told of, kept where they were told it: a line of a tier's issue that Markdown shows to nobody. So a
 * scheduled run needs no store of its own, and whoever closes the issue makes it forget.
 */
export interface Told {
  /** When the tier's findings were last told of: days since 1970, by the finding's mark. */
  findings: ReadonlyMap<string, number>;
  /** The day on which these owners were last written to, by mark. */
  ownersDay: number;
  owners: ReadonlySet<string>;
}

export const NOTHING_TOLD: Told = { findings: new Map(), ownersDay: 0, owners: new Set() };

/** What is remembered: a finding or owner more is told once too often. It keeps the line below 25,000 characters. */
const MOST_FINDINGS = 1000;
const MOST_OWNERS = 1000;

/** Stands for a finding's id, or an owner's address, which are nobody's business in an issue. */
export function markOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 10);
}

export function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS);
}

/** `<!-- keyturn-told 20781:MARK,MARK;20774:MARK owners 20781:MARK -->` */
export function toldLine({ findings, ownersDay, owners }: Told): string {
  const byDay = new Map<number, string[]>();
  for (const [mark, day] of [...findings].slice(0, MOST_FINDINGS)) {
    byDay.set(day, [...(byDay.get(day) ?? []), mark]);
  }
  const days = [...byDay].map(([day, marks]) => `${day}:${marks.join(",")}`).join(";");
  return `<!-- keyturn-told ${days} owners ${ownersDay}:${[...owners].slice(0, MOST_OWNERS).join(",")} -->`;
}

const LINE =
  /^<!-- keyturn-told (?<days>[0-9a-f:,;]{0,20000}) owners (?<ownersDay>\d{1,6}):(?<owners>[0-9a-f,]{0,12000}) -->$/;

/** Reads the line out of an issue's body. Nothing, or what people have changed: nothing was told. */
export function readTold(body: string | undefined): Told {
  for (const line of body?.split(/\r?\n/) ?? []) {
    const { days = "", ownersDay = "", owners = "" } = LINE.exec(line.trim())?.groups ?? {};
    if (ownersDay === "") continue;
    const findings = days.split(";").flatMap((group): [string, number][] => {
      const [day = "", marks = ""] = group.split(":");
      return /^\d{1,6}$/.test(day) ? marksIn(marks).map((mark) => [mark, Number(day)]) : [];
    });
    return { findings: new Map(findings), ownersDay: Number(ownersDay), owners: new Set(marksIn(owners)) };
  }
  return NOTHING_TOLD;
}

function marksIn(text: string): string[] {
  return text.split(",").filter((mark) => /^[0-9a-f]{10}$/.test(mark));
}
