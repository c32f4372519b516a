import { checkStack, exportedResources } from "../../policy/check-stack.ts";
import { checkDocument, checkTable } from "../check/report.ts";
import { exitCodes } from "../exit-codes.ts";
import { POLICY_CONFIG, policyFrom } from "../policy/policy.ts";
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
    .option("--config <file>", POLICY_CONFIG)
    .option("-j, --json", "print one JSON document")
    .action(async (options: StackOption & { config?: string; json?: boolean }) => {
      const configured = await policyFrom(options, options.config, "--config");
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
