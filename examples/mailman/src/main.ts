import { createInterface } from "node:readline";
import { DefaultAzureCredential } from "@azure/identity";
import {
  keyVaultSource,
  RotatingSecret,
  SecretReadError,
  TokenRequestError,
} from "../../../runtime/src/index.ts";
import { ConnectError, connectMailbox } from "./connect-mailbox.ts";
import { CustomerTokens } from "./customer-tokens.ts";
import { Mailman } from "./mailman.ts";
import { type NewMessage, newMessage } from "./message.ts";
import { isSqliteError, Outbox, OutboxInUseError } from "./outbox.ts";
import { readSettings, type Settings, SettingsError } from "./settings.ts";
import { submitByGraph } from "./submit-by-graph.ts";
import { submitBySmtp } from "./submit-by-smtp.ts";

const usage = `Usage: mailman serve SETTINGS              send what lies in the outbox, until SIGTERM
       mailman connect SETTINGS CUSTOMER   let a customer sign in, so that mail is sent on their behalf
       mailman accept SETTINGS             take messages from standard input, one JSON object a line
       mailman status SETTINGS             show how many messages are queued, sent and failed

Exit codes: 0 done
            1 a line was not acceptable, or a customer was not connected
            2 settings or arguments cannot be used, or another process sends from the outbox
            3 the outbox cannot be read or written
`;

/** One line of JSON for whoever collects logs. */
function tell(event: string, facts: object): void {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), event, ...facts })}\n`);
}

/** What every command that asks for tokens needs. */
function openTokens(settings: Settings, outbox: Outbox): { secret: RotatingSecret; tokens: CustomerTokens } {
  const { application, secret: from } = settings;
  const isOwnCloud = !application.authorityHost.includes("microsoftonline");
  const secret = new RotatingSecret({
    credential: from.name,
    source: keyVaultSource({
      vaultUrl: from.vaultUrl,
      secretName: from.name,
      credential: new DefaultAzureCredential({ disableInstanceDiscovery: isOwnCloud }),
    }),
    refreshIntervalMs: from.refreshIntervalSeconds * 1000,
  });
  return { secret, tokens: new CustomerTokens({ secret, outbox, ...application }) };
}

async function serve(settings: Settings): Promise<void> {
  const { customers, smtp, graphUrl, workers } = settings;
  // Sending and signals must not stand still while `accept` writes: Mailman itself tries again.
  const outbox = new Outbox(settings.outbox, { busyTimeoutMs: 250 });
  const { secret, tokens } = openTokens(settings, outbox);
  secret.onEvent((event) => tell("secret", event));
  const mailman = new Mailman({
    outbox,
    secret,
    tokens,
    submit: { smtp: submitBySmtp(smtp), graph: submitByGraph({ url: graphUrl }) },
    customers,
    workers,
    onAttempt: (record) => tell("attempt", record),
  });
  mailman.start();
  tell("started", { customers: customers.length, ...mailman.counts });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    // What goes wrong is told by `ended`.
    process.once(signal, () => mailman.stop({ withinMs: settings.stopWithinSeconds * 1000 }).catch(() => {}));
  }
  try {
    await mailman.ended;
  } finally {
    secret.close();
    tell("stopped", mailman.counts);
    outbox.close();
  }
}

/** Lets a customer sign in; a process that serves notices it and goes on sending. */
async function connect(settings: Settings, id: string): Promise<void> {
  const customer = settings.customers.find((each) => each.id === id);
  if (customer === undefined) {
    throw new SettingsError(`The settings know no customer ${JSON.stringify(id)}.`);
  }
  const outbox = new Outbox(settings.outbox);
  const { secret, tokens } = openTokens(settings, outbox);
  try {
    const account = await connectMailbox({
      ...{ customer, outbox, client: tokens.clientFor(id), redirectUri: settings.redirectUri },
      show: (url) => process.stdout.write(`Open this address in a browser on this machine:\n${url}\n`),
    });
    process.stdout.write(`Connected ${customer.mailbox} with the account ${account}.\n`);
  } finally {
    secret.close();
    outbox.close();
  }
}

/** Accepts every message before it says so; ends with 1 if one of them was not acceptable. */
async function accept(settings: Settings): Promise<void> {
  const outbox = new Outbox(settings.outbox);
  const customers = new Set(settings.customers.map(({ id }) => id));
  let line = 0;
  try {
    for await (const text of createInterface({ input: process.stdin })) {
      line++;
      if (text.trim() === "") continue;
      const read = readMessage(text, customers);
      if ("problems" in read) {
        process.stderr.write(`line ${line}: ${read.problems.join("; ")}\n`);
        process.exitCode = 1;
        continue;
      }
      process.stdout.write(outbox.accept(read.message, Date.now()) ? "accepted\n" : "known\n");
    }
  } catch (error) {
    // From this line on nothing was accepted.
    throw new OutboxError(`line ${line}: not accepted, for the outbox cannot be written: ${wordsOf(error)}`);
  } finally {
    outbox.close();
  }
}

function readMessage(
  text: string,
  customers: ReadonlySet<string>,
): { readonly message: NewMessage } | { readonly problems: readonly string[] } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problems: ["no JSON"] };
  }
  const { success, data, error } = newMessage.safeParse(value);
  if (!success) {
    return { problems: error.issues.map(({ path, message }) => `${path.join(".") || "(all)"}: ${message}`) };
  }
  if (!customers.has(data.customer)) {
    return { problems: [`customer: the settings know no customer ${JSON.stringify(data.customer)}`] };
  }
  return { message: data };
}

/** The outbox's file cannot be read or written. */
class OutboxError extends Error {
  override readonly name = "OutboxError";
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const [command, settingsPath, ...rest] = process.argv.slice(2);
try {
  if (settingsPath === undefined || rest.length !== (command === "connect" ? 1 : 0)) {
    throw new SettingsError(usage);
  }
  switch (command) {
    case "serve":
      await serve(readSettings(settingsPath));
      break;
    case "connect":
      await connect(readSettings(settingsPath), rest[0] ?? "");
      break;
    case "accept":
      await accept(readSettings(settingsPath));
      break;
    case "status": {
      const outbox = new Outbox(readSettings(settingsPath).outbox);
      process.stdout.write(`${JSON.stringify(outbox.counts(Date.now()))}\n`);
      outbox.close();
      break;
    }
    default:
      throw new SettingsError(usage);
  }
} catch (error) {
  const exitCode = exitCodeFor(error);
  if (exitCode === undefined) {
    throw error;
  }
  process.stderr.write(`${isSqliteError(error) ? "The outbox cannot be used: " : ""}${wordsOf(error)}\n`);
  process.exitCode = exitCode;
}

/** The exit code for what a user can put right; anything else is a mistake of Mailman's own. */
function exitCodeFor(error: unknown): number | undefined {
  if (error instanceof OutboxError || isSqliteError(error)) return 3;
  if (error instanceof SettingsError || error instanceof OutboxInUseError) return 2;
  // The library's errors say what to do.
  return error instanceof ConnectError ||
    error instanceof TokenRequestError ||
    error instanceof SecretReadError
    ? 1
    : undefined;
}
