import { describe, titleOf } from "../findings/catalogue.ts";
import type { Finding } from "../findings/finding.ts";
import { adviceOn } from "../report/advice.ts";
import type { OwnerMail } from "./plan.ts";

/** More are counted. */
const MOST_LISTED = 50;

export interface MailText {
  subject: string;
  /** Plain text: a name in it is a name, whatever it looks like. */
  body: string;
}

/** What an owner is written. */
export function ownerMailText({ findings }: OwnerMail, nowMs: number, docsUrl: string): MailText {
  const things = `${findings.length} credential${findings.length === 1 ? "" : "s"}`;
  const ended = findings.filter(({ tier }) => tier === 0).length;
  const urgency =
    ended === 0
      ? "about to expire"
      : ended === findings.length
        ? "expired"
        : `about to expire, ${ended} of them expired`;
  const left = findings.length - MOST_LISTED;
  return {
    subject: `${things} of yours ${urgency}`,
    body: [
      "You are an owner of these applications in Microsoft Entra ID:",
      "",
      ...findings.slice(0, MOST_LISTED).flatMap((finding) => lines(finding, nowMs, docsUrl)),
      ...(left > 0 ? [`${left} more, less urgent, are left out here.`, ""] : []),
      "You are told again until it is solved, at most once a day.",
      "",
    ].join("\n"),
  };
}

function lines(finding: Finding, nowMs: number, docsUrl: string): string[] {
  const { text, help, runbook } = adviceOn(finding.kind, docsUrl);
  return [
    `- ${finding.subject.name}: ${titleOf(finding)}: ${describe(finding, nowMs)}`,
    `  ${text}`,
    `  ${help}`,
    ...(runbook === undefined ? [] : [`  ${runbook}`]),
    "",
  ];
}
