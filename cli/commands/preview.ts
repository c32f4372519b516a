import { formatInstant } from "../../infra/instant.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import { type PolicyOptions, policyOf, withPolicyOptions } from "../policy/policy.ts";
import { type PreviewDocument, previewDocument } from "../preview/document.ts";
import { renderPreviewMarkdown } from "../preview/render-markdown.ts";
import { renderPreviewTable } from "../preview/render-table.ts";
import { runPreview } from "../preview/run-preview.ts";
import { parseAt } from "./at-option.ts";
import type { RegisterCommand } from "./command.ts";
import { engineFor, type StackOption, stackOf, withStackOption } from "./stack-option.ts";

const FORMATS = ["table", "markdown", "json"] as const;

/** `keyturn preview`: what an update would mean for each credential. */
export const registerPreview: RegisterCommand = (program, { terminal, setExitCode }) => {
  withPolicyOptions(withStackOption(program.command("preview")))
    .summary("say what an update would do to each credential")
    .description(
      "Runs the real preview and explains it: what happens to each credential, until when running consumers keep working, what else changes, what the policy pack says. Changes nothing.\n\n" +
        "Exit codes: 0 nothing speaks against it, 1 the preview failed, 2 bad flags, 4 it would break a consumer (a published secret, an application, a vault or a consumer's right is replaced or deleted, and no plan asks for it), 5 a mandatory policy is broken, 6 no such stack.",
    )
    .option("--at <date>", "as if today were that date, e.g. 2027-01-15")
    .option("--format <format>", `one of ${FORMATS.join(", ")}`, "table")
    .option("-j, --json", "the same as --format json")
    .action(async (options: PreviewOptions) => {
      const format = options.json === true ? "json" : formatOf(options.format);
      const at = options.at === undefined ? undefined : formatInstant(parseAt(options.at));
      const { events, plans, succeeded } = await runPreview({
        open: (variables) => engineFor(options, { ...process.env, ...variables }),
        at,
        policy: await policyOf(options),
      });
      const document = previewDocument({ stack: stackOf(options), at, events, plans });
      terminal.out(render(document, format, terminal.style));
      if (document.alarms.length > 0) setExitCode(exitCodes.resource);
      else if (document.policy.some(({ level }) => level === "mandatory")) setExitCode(exitCodes.policy);
      else if (!succeeded) setExitCode(exitCodes.error);
    });
};

interface PreviewOptions extends StackOption, PolicyOptions {
  at?: string;
  format: string;
  json?: boolean;
}

type Format = (typeof FORMATS)[number];

function formatOf(text: string): Format {
  const format = FORMATS.find((each) => each === text);
  if (format !== undefined) return format;
  throw new CommandError(
    `--format must be one of ${FORMATS.join(", ")}, not "${text}"`,
    exitCodes.configuration,
  );
}

function render(
  document: PreviewDocument,
  format: Format,
  style: Parameters<typeof renderPreviewTable>[1],
): string {
  switch (format) {
    case "table":
      return renderPreviewTable(document, style);
    case "markdown":
      return renderPreviewMarkdown(document);
    case "json":
      return JSON.stringify(document, null, 2);
  }
}
