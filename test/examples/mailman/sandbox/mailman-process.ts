import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import type { Customer } from "../../../../examples/mailman/src/customer.ts";
import { exchangeOnline } from "../../../../sandbox/entra/well-known/exchange-online.ts";
import { microsoftGraph } from "../../../../sandbox/entra/well-known/microsoft-graph.ts";
import { mergedEnvironment } from "../../../../sandbox/host/environment.ts";
import { startWorld, type World } from "../../../runtime/sandbox/world.ts";
import { addUser, grantRole } from "../../../support/directory.ts";
import { signInOnPage } from "../../../support/sign-in-page.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";

const main = fileURLToPath(new URL("../../../../examples/mailman/src/main.ts", import.meta.url));

export interface Said {
  code: number;
  out: string;
  err: string;
}

/** Mailman as processes of its own, in a sandbox with one customer of each kind. */
export interface MailmanProcesses {
  world: World;
  /** Sends by SMTP as the application, by Graph as the application, by SMTP as the user, by Graph as the user. */
  customers: readonly Customer[];
  outboxPath: string;
  /** Starts a command; it is killed after the test. */
  start(command: string, ...args: string[]): ChildProcess;
  /** Runs a command to its end. */
  run(args: string[], input?: string): Promise<Said>;
  /** The same with another settings file. */
  runWith(settingsPath: string, args: string[], input?: string): Promise<Said>;
  /** A customer signs in through `mailman connect`, as with a browser. */
  connect(customer: Customer): Promise<{ code: number; out: string }>;
  /** Resolves after that many changes of the sandbox's state. */
  changes(count: number): Promise<void>;
  /** Resolves when that many messages, repetitions included, have arrived. */
  arrived(count: number): Promise<void>;
}

/** The caller closes `world`. */
export async function setUpMailman(t: TestContext): Promise<MailmanProcesses> {
  const world = await startWorld({
    properties: {
      web: { redirectUris: ["http://localhost/connected"] },
      signInAudience: "AzureADMultipleOrgs",
    },
  });
  const { trusted, credential } = world;
  const { directory, sandbox, origin, tenantId } = trusted;
  const { principalId, clientId } = credential.application;
  for (const [resource, role] of [
    [exchangeOnline, "SMTP.SendAsApp"],
    [microsoftGraph, "Mail.Send"],
  ] as const) {
    await grantRole(directory, { principalId, resourceAppId: resource.appId, role });
  }
  for (const name of ["ann", "bob", "cy", "dan"]) await addUser(directory, name);
  const asApplication = { as: "application", tenantId } as const;
  const customers: readonly Customer[] = (
    [
      ["ann", "smtp", asApplication],
      ["bob", "graph", asApplication],
      ["cy", "smtp", { as: "user" }],
      ["dan", "graph", { as: "user" }],
    ] as const
  ).map(([id, way, signIn]) => ({ id, mailbox: `${id}@sandbox.onmicrosoft.com`, way, signIn }));
  const folder = temporaryFolder(t);
  const outboxPath = join(folder, "outbox.db");
  const settingsPath = join(folder, "settings.json");
  writeFileSync(
    settingsPath,
    JSON.stringify({
      outbox: outboxPath,
      application: { clientId, tenantId, authorityHost: origin },
      secret: { vaultUrl: trusted.vaultUrl(credential.vaultName), name: credential.name },
      smtp: { host: "localhost", port: sandbox.ports.smtp },
      graphUrl: `${origin}/v1.0`,
      customers,
    }),
  );
  const { NODE_TEST_CONTEXT: _, ...base } = process.env;
  const env = {
    ...mergedEnvironment(base, sandbox.env),
    AZURE_CLIENT_ID: credential.reader.clientId,
    AZURE_CLIENT_SECRET: credential.reader.secret,
  };
  const startWith = (path: string, [command = "", ...args]: string[]) => {
    const child = spawn(process.execPath, [main, command, path, ...args], { env, stdio: "pipe" });
    t.after(() => child.kill("SIGKILL"));
    return child;
  };
  const start = (...args: string[]) => startWith(settingsPath, args);
  const runWith = async (path: string, args: string[], input = ""): Promise<Said> => {
    const child = startWith(path, args);
    child.stdin?.on("error", () => {}); // It may end with its input unread.
    child.stdin?.end(input);
    const said = { out: "", err: "" };
    child.stdout?.on("data", (chunk) => {
      said.out += chunk;
    });
    child.stderr?.on("data", (chunk) => {
      said.err += chunk;
    });
    const [code] = await once(child, "close");
    return { code, ...said };
  };
  const until = (isSo: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (isSo()) {
          stop();
          resolve();
        }
      };
      const stop = sandbox.store.onChange(look);
      look();
    });
  return {
    world,
    customers,
    outboxPath,
    start,
    runWith,
    run: (args, input) => runWith(settingsPath, args, input),
    connect: async ({ id, mailbox }) => {
      const child = start("connect", id);
      if (child.stdout === null) throw new Error("no output");
      let out = "";
      for await (const line of createInterface({ input: child.stdout })) {
        out += `${line}\n`;
        if (!line.startsWith("https://")) continue;
        const { code, state } = await signInOnPage(line, { username: mailbox });
        const back = new URL(new URL(line).searchParams.get("redirect_uri") ?? "");
        back.search = new URLSearchParams({ code: code ?? "", state: "another" }).toString();
        if ((await fetch(back)).status !== 404) throw new Error("took what it had not asked for");
        back.searchParams.set("state", state ?? "");
        await fetch(back);
      }
      if (child.exitCode === null) await once(child, "exit");
      return { code: child.exitCode ?? -1, out };
    },
    changes: (count) => {
      let left = count + 1; // It is asked once before the first change.
      return until(() => --left <= 0);
    },
    arrived: (count) => until(() => sandbox.store.state.mail.messages.length >= count),
  };
}
