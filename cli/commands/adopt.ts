import { handMadeKeys } from "../../infra/credential/orphan-keys.ts";
import { formatInstant } from "../../infra/instant.ts";
import { policyOf } from "../../infra/settings/consistency.ts";
import { type Directory, type DirectoryKey, openDirectory } from "../engine/directory.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import { confirm } from "../operate/confirm.ts";
import { describePlan } from "../operate/describe-plan.ts";
import { proposeEdit } from "../operate/edit-stack-file.ts";
import { refusalToRemove } from "../operate/hand-made-removal.ts";
import { planJson } from "../operate/plan-json.ts";
import { nowMsOf, plansOf, readNow, readStackFacts, requireKnown } from "../operate/read-plans.ts";
import { type AdoptedCredential, withCredential } from "../operate/stack-file.ts";
import type { CommandContext, RegisterCommand } from "./command.ts";
import { engineFor, projectFolderOf, type StackOption, withStackOption } from "./stack-option.ts";

interface AdoptOptions extends StackOption {
  clientId?: string;
  consumer?: string[];
  removeHandMade?: boolean;
  yes?: boolean;
  json?: boolean;
}

/** `keyturn adopt`: takes over an application that people made, without breaking its users. */
export const registerAdopt: RegisterCommand = (program, context) => {
  withStackOption(program.command("adopt <name>"))
    .summary("take over an existing application")
    .description(
      "Takes over an application that exists: lists the secrets that people made, and writes the credential into the stack's file, to be committed. The next update makes and publishes a secret beside them; theirs stay as they are.\n\n" +
        "Once everybody reads the published secret and its overlap is over, --remove-hand-made deletes theirs. Shows the plan and asks first; a file that the next update would refuse is not written.\n\n" +
        "Exit codes: 0 done, 1 refused, 2 wrong flags or settings, 3 Entra refuses whoever is signed in, 6 no such stack, 8 not confirmed.",
    )
    .option("-i, --client-id <guid>", "the application's client id")
    .option("--consumer <name=principalId...>", "who may read the published secret")
    .option("--remove-hand-made", "delete the secrets that people made")
    .option("-y, --yes", "do not ask")
    .option("-j, --json", "print the result as JSON")
    .action((name: string, options: AdoptOptions) =>
      options.removeHandMade === true
        ? removeHandMade(name, options, context)
        : adopt(name, options, context),
    );
};

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

async function adopt(name: string, options: AdoptOptions, { terminal }: CommandContext): Promise<void> {
  const credential = parseCredential(name, options);
  const engine = await engineFor(options);
  const edit = await proposeEdit(engine, projectFolderOf(options), (text) =>
    withCredential(text, credential),
  );
  const directory = await openDirectory(engine.env);
  const application = await directory.applicationOf(credential.application.clientId);
  if (application === undefined) {
    throw new CommandError(
      `there is no application with client id ${credential.application.clientId} in this tenant`,
    );
  }
  const keys = handMadeKeys((await directory.keysOf(application.id)) ?? []);
  terminal.err(`${application.displayName ?? "(no name)"}, object id ${application.id}`);
  terminal.err(describeKeys(keys));
  const now = await readNow(engine);
  const facts = { settings: edit.settings, outputs: now.outputs, nowMs: nowMsOf(now) };
  const plans = plansOf(facts).filter(({ settings }) => settings.name === name);
  for (const plan of plans) terminal.err(describePlan(plan).join("\n"));
  await confirm(`adopt it as ${name} (writes ${edit.file})?`, options.yes === true);
  await edit.write();
  terminal.out(
    options.json === true
      ? json({
          stack: engine.stack,
          at: now.at,
          file: edit.file,
          credential: name,
          application: {
            clientId: application.appId,
            objectId: application.id,
            displayName: application.displayName ?? null,
          },
          handMade: keys.map(keyJson),
          plans: plans.map(planJson),
        })
      : `${edit.file} was changed: commit it. The next update makes and publishes a secret; those above stay.`,
  );
}

async function removeHandMade(
  name: string,
  options: AdoptOptions,
  { terminal }: CommandContext,
): Promise<void> {
  const engine = await engineFor(options);
  const facts = await readStackFacts(engine);
  requireKnown([name], facts.settings);
  const output = facts.outputs[name];
  const settings = facts.settings.credentials.find((each) => each.name === name);
  if (output?.current === undefined || settings === undefined) {
    throw new CommandError(`${name} has not been published yet: update first, and let its consumers read it`);
  }
  const refusal = refusalToRemove(name, output, policyOf(facts.settings, settings), facts.nowMs);
  if (refusal !== undefined) throw new CommandError(refusal);
  const directory = await openDirectory(engine.env);
  const all = (await directory.keysOf(output.applicationObjectId)) ?? [];
  if (!all.some(({ keyId }) => keyId === output.current?.keyId)) {
    throw new CommandError(
      `the published secret of ${name} is gone from Entra: update first. Those that people made may be all that works.`,
    );
  }
  const keys = handMadeKeys(all);
  terminal.err(describeKeys(keys));
  if (keys.length > 0) {
    await confirm(
      `delete ${keys.length === 1 ? "it" : `these ${keys.length}`}? Whoever still uses one fails at once.`,
      options.yes === true,
    );
    await removeAll(directory, output.applicationObjectId, keys);
  }
  const at = formatInstant(facts.nowMs);
  if (options.json === true) {
    terminal.out(json({ stack: engine.stack, at, credential: name, deleted: keys.map(keyJson) }));
  } else if (keys.length > 0) {
    terminal.out(`Deleted ${keys.length} hand-made secret${keys.length === 1 ? "" : "s"} of ${name}.`);
  }
}

/** Version of the JSON document. Fields are only ever added. */
const SCHEMA_VERSION = 1;

function json(document: Record<string, unknown>): string {
  return JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...document }, null, 2);
}

function keyJson({ keyId, displayName = null, endDateTime = null }: DirectoryKey) {
  return { keyId, displayName, endDateTime };
}

async function removeAll(
  directory: Directory,
  objectId: string,
  keys: readonly DirectoryKey[],
): Promise<void> {
  // One after the other: Entra refuses two writes to one application at once.
  for (const { keyId } of keys) await directory.removeKey(objectId, keyId);
}

function describeKeys(keys: readonly DirectoryKey[]): string {
  if (keys.length === 0) return "It has no secrets that people made.";
  const lines = keys.map(
    ({ keyId, displayName, endDateTime }) =>
      `  ${keyId}  until ${endDateTime ?? "?"}  ${JSON.stringify(displayName ?? "")}`,
  );
  return `Secrets that people made:\n${lines.join("\n")}`;
}

function parseCredential(name: string, { clientId, consumer = [] }: AdoptOptions): AdoptedCredential {
  const wrong = (message: string) => new CommandError(message, exitCodes.configuration);
  if (clientId === undefined || !GUID.test(clientId))
    throw wrong("--client-id must be the application's GUID");
  const consumers = consumer.map((text) => {
    const [consumerName = "", principalId = "", ...rest] = text.split("=");
    if (consumerName === "" || !GUID.test(principalId) || rest.length > 0) {
      throw wrong(`--consumer must be name=principalId, not "${text}"`);
    }
    return { name: consumerName, principalId };
  });
  return { name, application: { clientId }, ...(consumers.length > 0 && { consumers }) };
}
