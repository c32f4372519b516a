import { reportRun } from "../engine/report-run.ts";
import { updateStack } from "../engine/update.ts";
import { exitCodes } from "../exit-codes.ts";
import { type PolicyOptions, policyOf, withPolicyOptions } from "../policy/policy.ts";
import { directoryInstant } from "../status/directory-instant.ts";
import { statusDocument } from "../status/document.ts";
import { statusTable } from "../status/table.ts";
import type { RegisterCommand } from "./command.ts";
import { engineFor, type StackOption, withStackOption, withTimeoutOption } from "./stack-option.ts";

/** `keyturn up`: an unattended update that also puts right what an earlier one left behind. */
export const registerUp: RegisterCommand = (program, { terminal, setExitCode }) => {
  withPolicyOptions(withTimeoutOption(withStackOption(program.command("up"))))
    .summary("update a stack, whatever state the last update left it in")
    .description(
      "Updates a stack: creates, rotates and retires what is due. Settles what an update that died left half done, and removes what it lost in Entra. The policy pack judges as it goes, also what no preview can know: what a mandatory rule forbids is not made.\n\n" +
        "Exit codes: 0 all is well, 1 the update failed, 2 bad flags or settings, 4 a credential needs a person, 5 a mandatory policy is broken, 9 it did not end in time.",
    )
    .option("-j, --json", "print the result as JSON")
    .option("-y, --yes", "do not ask (nothing is asked today; accepted for scripts)")
    .option("-q, --quiet", "do not pass on what the engine says")
    .action(async (options: StackOption & PolicyOptions & { json?: boolean; quiet?: boolean }) => {
      const policy = await policyOf(options);
      const engine = await engineFor(options);
      const quiet = options.quiet === true;
      const result = await updateStack({
        engine,
        terminal,
        policy,
        ...(!quiet && { onLine: (line: string) => terminal.err(line) }),
      });
      const at = await directoryInstant(engine.env);
      const outcome = result.problems.length === 0 ? "succeeded" : "failed";
      const unreported = await reportRun(result.connectionString, {
        event: { stack: engine.stackName, outcome },
        at,
      });
      if (unreported !== undefined) {
        terminal.err(
          `keyturn: the run could not be reported (${unreported}): if that lasts, an alert will say that nothing rotates`,
        );
      }
      const document = statusDocument(engine.stack, at, result.credentials);
      const { changed, removed, handMade, warnings } = result;
      if (options.json === true) {
        terminal.out(JSON.stringify({ ...document, changed, removed, handMade, warnings }, null, 2));
      } else {
        for (const { credential, keyId } of removed.keys) {
          terminal.out(`Removed key ${keyId} of ${credential}: an update that died had made and lost it.`);
        }
        for (const { credential, objectId } of removed.applications) {
          terminal.out(
            `Removed application ${objectId}: an update that died had made it for ${credential} and lost it.`,
          );
        }
        terminal.out(statusTable(document, terminal.style));
        for (const { credential, keyId, displayName, endDateTime } of handMade) {
          terminal.out(
            `Made by hand and left alone: key ${keyId} (${JSON.stringify(displayName ?? "")}, until ${endDateTime ?? "?"}) on the application of ${credential}.`,
          );
        }
        terminal.out(changed ? "" : "\nNothing was due: nothing changed.");
      }
      if (result.problems.length > 0) {
        for (const problem of result.problems) terminal.err(`keyturn: ${problem}`);
        setExitCode(exitCodes.resource);
      }
    });
};
