import type { RegisterCommand } from "../commands/command.ts";
import { type StackOption, stackOf, withStackOption } from "../commands/stack-option.ts";
import { exitCodes } from "../exit-codes.ts";
import { forgeFromEnvironment } from "../forge/forge-from-environment.ts";
import { renderPreviewTable } from "../preview/render-table.ts";
import { assessStack, exitCodeOf } from "./assess-stack.ts";
import { renderPreviewComment } from "./render.ts";
import { previewKey } from "./review-record.ts";
import { withWorkloadIdentity } from "./workload-identity.ts";

/** `keyturn pipeline preview`: what merging a pull request would do to a stack. */
export const registerPipelinePreview: RegisterCommand = (pipeline, { terminal, setExitCode }) => {
  withStackOption(pipeline.command("preview"))
    .summary("show a pull request what merging it would do to a stack")
    .description(
      "Previews a stack with the policy pack and keeps one comment per stack on the pull request up to date: what happens to each credential, what else changes, what would break, and, hidden, which preview it was: `pipeline deploy` applies that and nothing else. Adds the same to the run's summary. Changes nothing.\n\n" +
        "A pull request from a fork is given no identity and no token: nothing is previewed, and that is said. By hand it prints what it would have shown.\n\n" +
        "Exit codes: as `keyturn preview`, but an alarm that the stack's file accepts (`keyturn:acceptedAlarms`) counts no more: 0 nothing speaks against it, 1 the preview failed, 2 bad flags or settings, 3 no identity, 4 it would break a consumer, 5 a mandatory policy is broken, 6 no such stack, 8 cancelled.",
    )
    .option("-j, --json", "print one JSON document")
    .action(async (options: StackOption & { json?: boolean }) => {
      const stack = stackOf(options);
      const run = await forgeFromEnvironment(process.env, terminal);
      if (run.pullRequest?.fromFork === true) {
        terminal.out(FROM_FORK);
        await run.forge.appendSummary(FROM_FORK);
        return;
      }
      const show = async (markdown: string) => {
        await run.forge.appendSummary(markdown);
        if (run.pullRequest !== undefined) await run.forge.upsertComment(previewKey(stack), markdown);
      };
      const warn = (text: string) => terminal.err(`keyturn: ${text}`);
      const assessment = await withWorkloadIdentity({ env: process.env, warn }, (env) =>
        assessStack({ options, stack, env }),
      ).catch(async (error: unknown) => {
        // Without this the comment would go on showing what an earlier commit would have done.
        await show(
          `### Credentials of stack \`${stack}\`\n\n**The preview failed** before it could say anything: see the run's log.\n`,
        );
        throw error;
      });
      const markdown = renderPreviewComment(assessment, { stack, head: run.pullRequest?.head });
      const { document, alarms, digest } = assessment;
      terminal.out(
        options.json === true
          ? JSON.stringify(
              { ...document, digest, openAlarms: alarms.open, acceptedAlarms: alarms.accepted },
              null,
              2,
            )
          : `${renderPreviewTable(document, terminal.style)}\n\nDigest: ${digest}`,
      );
      await show(markdown);
      const exitCode = exitCodeOf(assessment);
      if (exitCode !== exitCodes.ok) setExitCode(exitCode);
    });
};

const FROM_FORK =
  "This pull request comes from a fork: its code is given no identity, so nothing is previewed. Somebody who may push to this repository can push the branch here.";
