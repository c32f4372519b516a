import { readFile } from "node:fs/promises";
import { checkStack, exportedResources } from "../../policy/check-stack.ts";
import { configuredRules, PolicyConfigError } from "../../policy/config.ts";
import { rules } from "../../policy/rules/index.ts";
import { checkDocument, checkTable } from "../check/report.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import type { RegisterCommand } from "./command.ts";
import { engineFor, type StackOption, withStackOption } from "./stack-option.ts";

/** `keyturn check`: the policy pack over a stack, without deploying anything. */
export const registerCheck: RegisterCommand = (program, { terminal, setExitCode }) => {
  withStackOption(program.command("check"))
    .summary("judge a stack by the policy pack, without deploying")
    .description(
      "Judges a stack as its last update left it by the rules of the policy pack (policy/README.md). Reads the stack's state alone, no secret in it.\n\n" +
        "Exit codes: 0 no mandatory rule is broken, 2 the settings of the rules are wrong, 5 a mandatory rule is broken, 6 no such stack.",
    )
    .option("--config <file>", "settings of the rules: levels and options, as JSON")
    .option("-j, --json", "print one JSON document")
    .action(async (options: StackOption & { config?: string; json?: boolean }) => {
      const configured = await readRules(options.config);
      const engine = await engineFor(options);
      const { stdout } = await engine.expect(["stack", "export"]);
      const resources = exportedResources(JSON.parse(stdout));
      const violations = checkStack(resources, configured);
      const document = checkDocument(engine.stack, resources.length, configured, violations);
      terminal.out(
        options.json === true ? JSON.stringify(document, null, 2) : checkTable(document, terminal.style),
      );
      if (document.violations.some(({ level }) => level === "mandatory")) setExitCode(exitCodes.policy);
    });
};

/** The rules as the file sets them. @throws CommandError listing what is wrong with it. */
async function readRules(file: string | undefined) {
  if (file === undefined) return configuredRules(rules);
  try {
    return configuredRules(rules, JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const text =
      error instanceof PolicyConfigError ? `the settings of the rules are wrong:\n${reason}` : reason;
    throw new CommandError(`--config ${file}: ${text}`, exitCodes.configuration);
  }
}
