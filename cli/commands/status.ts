import { readCredentials } from "../engine/outputs.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import { directoryInstant } from "../status/directory-instant.ts";
import { statusDocument } from "../status/document.ts";
import { statusTable } from "../status/table.ts";
import type { RegisterCommand } from "./command.ts";
import { engineFor, type StackOption, withStackOption } from "./stack-option.ts";

/** `keyturn status`: what the last update left. */
export const registerStatus: RegisterCommand = (program, { terminal, setExitCode }) => {
  withStackOption(program.command("status [name]"))
    .summary("show a stack's credentials")
    .description(
      "Shows each credential of a stack as its last update left it: slot, generation, expiry, next rotation, where it is published and who may read it.\n\n" +
        "Exit codes: 0 all is well, 4 a credential needs a person, 6 no such stack.",
    )
    .option("-j, --json", "print one JSON document")
    .action(async (name: string | undefined, options: StackOption & { json?: boolean }) => {
      const engine = await engineFor(options);
      const [outputs, at] = await Promise.all([readCredentials(engine), directoryInstant(engine.env)]);
      if (name !== undefined && outputs[name] === undefined) {
        const known = Object.keys(outputs).sort().join(", ") || "none";
        throw new CommandError(
          `stack ${engine.stack} has no credential "${name}"; it has: ${known}`,
          exitCodes.configuration,
        );
      }
      const shown = Object.fromEntries(
        Object.entries(outputs).filter(([each]) => name === undefined || each === name),
      );
      const document = statusDocument(engine.stack, at, shown);
      terminal.out(
        options.json === true ? JSON.stringify(document, null, 2) : statusTable(document, terminal.style),
      );
      if (document.credentials.some(({ problems }) => problems.length > 0)) setExitCode(exitCodes.resource);
    });
};
