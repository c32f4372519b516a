import { code } from "../audit/report/markdown.ts";
import { day } from "./consequence.ts";
import type { CredentialPreview, PreviewDocument } from "./document.ts";
import { summaryOf } from "./summary.ts";

/** A comment on GitHub holds 65,536 characters; the rest is for whoever puts a line around it. */
const MOST_BYTES = 60_000;

const COLUMNS =
  "| Credential | What happens | Slot | Generation | Expires | Running consumers | Next |\n|---|---|---|---|---|---|---|";

/** As many characters of a commit as people are shown. */
const SHORT_COMMIT = 10;

export interface PreviewMarkdownOptions {
  /** What the preview is of; undefined says nothing of it. */
  commit?: string | undefined;
  mostBytes?: number;
}

/**
 * For a comment on a pull request: alarms first, what changes, the unchanged folded away. Days instead of
 * moments, so that the same change reads the same from run to run. What does not fit is left out, with a word.
 */
export function renderPreviewMarkdown(
  document: PreviewDocument,
  { commit, mostBytes = MOST_BYTES }: PreviewMarkdownOptions = {},
): string {
  const { stack, at, alarms, errors, credentials, changes, policy } = document;
  const page = new Page(mostBytes);
  page.add(`### Credentials of stack ${code(stack)}${at === null ? "" : `, as of ${day(at)}`}\n`);
  if (commit !== undefined) page.add(`Of commit ${code(commit.slice(0, SHORT_COMMIT))}.\n`);
  page.addList(
    alarms.length === 0
      ? []
      : ["> [!CAUTION]\n> **This would break consumers**, and no plan asks for it:\n>"],
    alarms.map(
      ({ credential, what }) => `> - ${credential === null ? "" : `${code(credential)}: `}${code(what)}`,
    ),
    "\n",
  );
  page.addList(
    errors.length === 0 ? [] : ["> [!WARNING]\n> **The preview failed:**\n>"],
    errors.map((error) => `> - ${code(error)}`),
    "\n",
  );
  page.add(`**${summaryOf(document)}.**\n`);
  const isQuiet = ({ what, problems, consumers, fromNextRotation }: CredentialPreview) =>
    what === "unchanged" && problems.length === 0 && consumers.keepWorking && fromNextRotation.length === 0;
  const loud = credentials.filter((credential) => !isQuiet(credential));
  const quiet = credentials.filter(isQuiet);
  page.addList(loud.length === 0 ? [] : [COLUMNS], loud.map(row), "\n");
  page.addList([], loud.flatMap(detailsOf), "\n");
  page.addList(
    changes.length === 0 ? [] : ["**Other changes**\n"],
    changes.map(({ area, what }) => `- ${area}: ${code(what)}`),
    "\n",
  );
  if (policy.length === 0 && document.rulesJudged > 0)
    page.add(`Policy: ${document.rulesJudged} rules, nothing to object.\n`);
  page.addList(
    policy.length === 0 ? [] : [`**Policy: ${objectionsIn(document)}**\n`],
    policy.map(
      ({ level, rule, resource, message }) =>
        `- ${level === "mandatory" ? "**mandatory**" : level} ${code(rule)}, ${code(resource)}: ${code(message)}`,
    ),
    "\n",
  );
  page.addList(
    quiet.length === 0 ? [] : [`<details><summary>${quiet.length} unchanged</summary>\n\n${COLUMNS}`],
    quiet.map(row),
    quiet.length === 0 ? "" : "\n</details>\n",
  );
  return page.text();
}

function objectionsIn({ policy, rulesJudged }: PreviewDocument): string {
  const mandatory = policy.filter(({ level }) => level === "mandatory").length;
  const of = rulesJudged === 0 ? "" : `${rulesJudged} rules, `;
  return `${of}${policy.length} objection${policy.length === 1 ? "" : "s"}, ${mandatory} of them mandatory`;
}

function row({
  name,
  what,
  slot,
  generation,
  oldExpiresAt,
  newExpiresAt,
  consumers,
  fromNextRotation,
  next,
}: CredentialPreview): string {
  const isLater = what === "unchanged" && fromNextRotation.length > 0;
  const isNewDate = oldExpiresAt !== null && newExpiresAt !== null && day(oldExpiresAt) !== day(newExpiresAt);
  const expires =
    newExpiresAt === null ? "" : `${isNewDate ? `${day(oldExpiresAt)} → ` : ""}${day(newExpiresAt)}`;
  const cells = [
    code(name),
    isLater ? "**new policy**, from the next rotation on" : what === "unchanged" ? what : `**${what}**`,
    slot ?? "",
    generation ?? "",
    expires,
    `${consumers.keepWorking ? "" : "**break**: "}${sentence(consumers.note)}`,
    next === null ? "" : `${next.action} ${day(next.at)}`,
  ];
  return `| ${cells.join(" | ")} |`;
}

function detailsOf(credential: CredentialPreview): string[] {
  const { name, what, reason, consumers, changes, problems, fromNextRotation } = credential;
  return [
    ...(what === "changed" || what === "unchanged" ? [] : [`- ${code(name)}: ${code(reason)}`]),
    ...(consumers.names.length === 0 || what === "unchanged"
      ? []
      : [`- ${code(name)} is read by ${consumers.names.map(code).join(", ")}`]),
    ...problems.map((problem) => `- ${code(name)} **needs a person**: ${code(problem)}`),
    ...changes.map((change) => `- ${code(name)} ${change.area}: ${code(change.what)}`),
    ...(fromNextRotation.length === 0
      ? []
      : [`- ${code(name)} from the next rotation on: ${sentence(fromNextRotation.join("; "))}`]),
  ];
}

/** Our own words, in which nothing foreign stands: readable, and harmless even so. */
function sentence(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9 .,:;()-]/g, (character) => `&#${character.codePointAt(0)};`);
}

/** Takes lines as long as they fit, and keeps room for the word about those that do not. */
class Page {
  private readonly parts: string[] = [];
  private bytes = 0;
  private leftOut = 0;
  private readonly mostBytes: number;

  constructor(mostBytes: number) {
    // Headings, ends of sections and the last word: a few hundred bytes in all.
    this.mostBytes = mostBytes - 1500;
  }

  add(part: string): void {
    if (part === "") return;
    this.parts.push(part);
    this.bytes += Buffer.byteLength(part) + 1;
  }

  addList(head: readonly string[], lines: readonly string[], end: string): void {
    if (lines.length === 0) return;
    for (const part of head) this.add(part);
    for (const line of lines) {
      if (this.bytes + Buffer.byteLength(line) + 1 > this.mostBytes) this.leftOut++;
      else this.add(line);
    }
    this.add(end);
  }

  text(): string {
    const word =
      this.leftOut === 0
        ? []
        : [`\n${this.leftOut} more lines are left out here for want of space: run \`keyturn preview\`.`];
    return `${[...this.parts.map((part) => part.replace(/^\n$/, "")), ...word].join("\n").trimEnd()}\n`;
  }
}
