import { resolve } from "node:path";
import { describeNextSteps } from "../bootstrap/explain.ts";
import { FORGES } from "../bootstrap/protection.ts";
import { type BootstrapOptions, bootstrapRequest } from "../bootstrap/request.ts";
import { runBootstrap } from "../bootstrap/run.ts";
import { writeStackSettings } from "../bootstrap/stack-settings.ts";
import { PROJECT_FOLDER } from "../engine/engine.ts";
import { confirm } from "../operate/confirm.ts";
import type { RegisterCommand } from "./command.ts";

/** `keyturn bootstrap`: what has to be there before a pipeline can deploy. */
export const registerBootstrap: RegisterCommand = (program, { terminal }) => {
  program
    .command("bootstrap")
    .summary("make the pipelines' identities and the place for the stacks' states")
    .description(
      "Makes what has to be there before a pipeline can deploy: identities without secrets for previews and deployments, their rights, and the storage and keys for the stacks' states. For somebody signed in with `az login` who may do that (docs/bootstrap.md). Says what it will do and why, and asks; run again, it makes what is missing and puts right what differs.\n\n" +
        "Exit codes: 0 everything is there, 1 it failed half-way (run it again), 2 bad flags, 3 nobody is signed in, or without the right, 8 the answer was no.",
    )
    .option("--repository <owner/name>", "the repository whose pipelines deploy (GitHub)")
    .option("--subscription <guid>", "the Azure subscription")
    .option("--tenant <guid>", "the Entra tenant, to be sure (default: the subscription's)")
    .option("--location <region>", "the Azure region of what the stacks share (default: the first stack's)")
    .option("-s, --stack <name...>", "the stacks (default: dev and prod)")
    .option("--forge <name>", `where the pipelines run: ${FORGES.join(" or ")}`, "github")
    .option(
      "--federation <environment=issuer,subject...>",
      "whose tokens an environment's identity takes, where it is not GitHub's usual subject",
    )
    .option("--name <name>", "what all names have in common", "keyturn")
    .option("--backend <name>", "where the states are kept: azure or pulumi-cloud", "azure")
    .option("--pulumi-organization <name>", "the organization at Pulumi Cloud that keeps the stacks")
    .option("--operators <guid>", "object id of the group of people who may work on the states by hand")
    .option("--sign-in-reports", "let `keyturn audit` read when credentials were last used (Entra ID P1)")
    .option("--owner-addresses", "let `keyturn pipeline audit` read the addresses of applications' owners")
    .option("-C, --cwd <folder>", "the folder of the stacks' files (default: this checkout)")
    .option("--write", "write the settings that it prints into the stacks' files, to be committed")
    .option("-y, --yes", "do not ask")
    .option("-j, --json", "print the result as JSON")
    .action(async (options: BootstrapOptions & { cwd?: string; write?: boolean }) => {
      const folder = options.cwd === undefined ? PROJECT_FOLDER : resolve(options.cwd);
      const request = await bootstrapRequest(options, folder);
      const document = await runBootstrap({
        request,
        env: process.env,
        terminal,
        confirm: (question) => confirm(question, options.yes === true),
      });
      if (options.write === true) {
        for (const file of await writeStackSettings(document.stacks, folder)) {
          terminal.err(`${file} was changed: commit it.`);
        }
      }
      if (options.json === true) {
        terminal.out(JSON.stringify(document, null, 2));
        return;
      }
      terminal.err(
        document.changed ? "\nEverything is there.\n" : "\nEverything is as it should be: nothing changed.\n",
      );
      terminal.out(describeNextSteps(document, request.forge));
    });
};
