import { readFileSync } from "node:fs";
import { DefaultAzureCredential } from "@azure/identity";
import { ZodError } from "zod";
import { keyVaultSource, RotatingSecret } from "../../../runtime/src/index.ts";
import { CustomerTokens } from "./customer-tokens.ts";
import { Mailman } from "./mailman.ts";
import type { NewMessage } from "./message.ts";
import { Outbox, OutboxInUseError } from "./outbox.ts";
import { readSettings, type Settings, SettingsError } from "./settings.ts";
import { submitByGraph } from "./submit-by-graph.ts";
import { submitBySmtp } from "./submit-by-smtp.ts";

const usage = `Usage: mailman serve SETTINGS    send what lies in the outbox, until SIGTERM
       mailman accept SETTINGS   take messages from standard input, one JSON object a line
       mailman status SETTINGS   show how many messages are queued, sent and failed
`;

/** One line of JSON for whoever collects logs. */
function tell(event: string, facts: object): void {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), event, ...facts })}\n`);
}

async function serve(settings: Settings): Promise<void> {
  const { application, secret: from, customers, smtp, graphUrl, workers } = settings;
  const outbox = new Outbox(settings.outbox);
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
  secret.onEvent((event) => tell("secret", event));
  const mailman = new Mailman({
    outbox,
    secret,
    tokens: new CustomerTokens({ secret, outbox, ...application }),
    submit: { smtp: submitBySmtp(smtp), graph: submitByGraph({ url: graphUrl }) },
    customers,
    workers,
    onAttempt: (record) => tell("attempt", record),
  });
  mailman.start();
  tell("started", { customers: customers.length, ...mailman.counts });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => void mailman.stop());
  }
  try {
    await mailman.ended;
  } finally {
    secret.close();
    tell("stopped", mailman.counts);
    outbox.close();
  }
}

/** Accepts every message before it says so; ends with 1 if one of them was not acceptable. */
function accept(settings: Settings): void {
  const outbox = new Outbox(settings.outbox);
  for (const [index, line] of readFileSync(0, "utf8").split("\n").entries()) {
    if (line.trim() === "") continue;
    try {
      const isNew = outbox.accept(JSON.parse(line) as NewMessage, Date.now());
      process.stdout.write(isNew ? "accepted\n" : "known\n");
    } catch (error) {
      const problems =
        error instanceof ZodError ? error.issues.map((each) => `${each.path}: ${each.message}`) : ["no JSON"];
      process.stderr.write(`line ${index + 1}: ${problems.join("; ")}\n`);
      process.exitCode = 1;
    }
  }
  outbox.close();
}

const [command, settingsPath, ...rest] = process.argv.slice(2);
try {
  if (settingsPath === undefined || rest.length > 0) {
    throw new SettingsError(usage);
  }
  switch (command) {
    case "serve":
      await serve(readSettings(settingsPath));
      break;
    case "accept":
      accept(readSettings(settingsPath));
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
  if (!(error instanceof SettingsError || error instanceof OutboxInUseError)) {
    throw error;
  }
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
