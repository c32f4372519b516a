import { join } from "node:path";
import type { TestContext } from "node:test";
import type { AttemptRecord } from "../../../../examples/mailman/src/attempt-record.ts";
import type { Customer } from "../../../../examples/mailman/src/customer.ts";
import { CustomerTokens } from "../../../../examples/mailman/src/customer-tokens.ts";
import { Mailman } from "../../../../examples/mailman/src/mailman.ts";
import { Outbox } from "../../../../examples/mailman/src/outbox.ts";
import type { Submit } from "../../../../examples/mailman/src/submission.ts";
import { submitByGraph } from "../../../../examples/mailman/src/submit-by-graph.ts";
import { submitBySmtp } from "../../../../examples/mailman/src/submit-by-smtp.ts";
import type { RotatingSecret } from "../../../../runtime/src/index.ts";
import { exchangeOnline } from "../../../../sandbox/entra/well-known/exchange-online.ts";
import { microsoftGraph } from "../../../../sandbox/entra/well-known/microsoft-graph.ts";
import type { SentMessage } from "../../../../sandbox/mail/state.ts";
import { startWorld, type World } from "../../../runtime/sandbox/world.ts";
import { addUser, grantRole } from "../../../support/directory.ts";
import { seededRandom } from "../../../support/seeded-random.ts";
import { signInOnPage } from "../../../support/sign-in-page.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";

const REDIRECT_URI = "https://crm.test/connected";
const DAY_MS = 86_400_000;

/** Mailman in a sandbox, with customers of every kind. */
export interface PostOffice extends AsyncDisposable {
  world: World;
  mailman: Mailman;
  secret: RotatingSecret;
  tokens: CustomerTokens;
  customers: Customer[];
  records: AttemptRecord[];
  /** What has arrived, oldest first. */
  delivered(): readonly SentMessage[];
  /** Hands in the next message of a customer; its subject is its number. */
  write(customer: string): void;
  /** How many messages were handed in, by customer. */
  written: Map<string, number>;
  /** A customer signs in and consents, as in a browser. */
  connect(customer: Customer): Promise<void>;
}

export interface PostOfficeArgs {
  /** Customers of each kind: SMTP as the application, Graph as the application, SMTP as the user. */
  ofEachKind?: number;
  lifetimeMs?: number;
  refreshIntervalMs?: number;
  workers?: number;
}

export async function openPostOffice(
  t: TestContext,
  {
    ofEachKind = 2,
    lifetimeMs = 90 * DAY_MS,
    refreshIntervalMs = 3_600_000,
    workers = 4,
  }: PostOfficeArgs = {},
): Promise<PostOffice> {
  const world = await startWorld({
    lifetimeMs,
    properties: { web: { redirectUris: [REDIRECT_URI] }, signInAudience: "AzureADMultipleOrgs" },
  });
  const { trusted, credential, traffic, time } = world;
  const { directory, tenantId, origin, sandbox } = trusted;
  const { principalId, clientId } = credential.application;
  for (const [resource, role] of [
    [exchangeOnline, "SMTP.SendAsApp"],
    [microsoftGraph, "Mail.Send"],
  ] as const) {
    await grantRole(directory, { principalId, resourceAppId: resource.appId, role });
  }
  const secret = world.openSecret({ refreshIntervalMs });
  const outbox = new Outbox(join(temporaryFolder(t), "outbox.db"));
  const tokens = new CustomerTokens({
    ...{ secret, outbox, clientId, tenantId, authorityHost: origin },
    fetch: traffic.fetch,
  });
  const customers: Customer[] = [];
  const office: PostOffice = {
    world,
    secret,
    tokens,
    customers,
    records: [],
    written: new Map(),
    delivered: () => sandbox.store.state.mail.messages,
    write: (customer) => {
      const number = (office.written.get(customer) ?? 0) + 1;
      office.written.set(customer, number);
      office.mailman.accept({
        messageId: `<${customer}.${number}@crm.test>`,
        customer,
        to: ["bob@contoso.test"],
        subject: String(number),
        text: `Message ${number} of ${customer}.`,
      });
    },
    connect: async ({ id, mailbox }) => {
      const client = tokens.clientFor(id);
      const scopes = ["https://outlook.office.com/SMTP.Send", "offline_access"];
      const url = await traffic.track(client.getAuthCodeUrl({ scopes, redirectUri: REDIRECT_URI }));
      const { code } = await traffic.track(signInOnPage(url, { username: mailbox }));
      await client.acquireTokenByCode({ code: code ?? "", scopes, redirectUri: REDIRECT_URI });
    },
    mailman: undefined as unknown as Mailman,
    [Symbol.asyncDispose]: async () => {
      await time.until(office.mailman.stop());
      outbox.close();
      await world[Symbol.asyncDispose]();
    },
  };
  const tracked =
    (submit: Submit): Submit =>
    (...args) =>
      traffic.track(submit(...args));
  for (let index = 0; index < ofEachKind; index++) {
    for (const kind of ["smtp-app", "graph-app", "smtp-user"] as const) {
      const id = `${kind}-${index}`;
      const user = await addUser(directory, id);
      const customer: Customer = {
        id,
        mailbox: user.mail ?? "",
        way: kind === "graph-app" ? "graph" : "smtp",
        signIn:
          kind === "smtp-user"
            ? { as: "user", homeAccountId: `${user.id}.${tenantId}` }
            : { as: "application", tenantId },
      };
      customers.push(customer);
      if (kind === "smtp-user") await office.connect(customer);
    }
  }
  const random = seededRandom(1);
  office.mailman = new Mailman({
    ...{ outbox, secret, tokens, customers, workers, clock: time },
    submit: {
      smtp: tracked(submitBySmtp({ host: "localhost", port: sandbox.ports.smtp })),
      graph: tracked(submitByGraph({ url: `${origin}/v1.0` })),
    },
    onAttempt: (record) => office.records.push(record),
    random,
    pollIntervalMs: 3_600_000,
  });
  office.mailman.start();
  return office;
}

/** Whether everything that was written has arrived: each customer's messages in order, and none twice. */
export function checkDelivery(office: PostOffice): { missing: number; twice: number; outOfOrder: number } {
  const result = { missing: 0, twice: 0, outOfOrder: 0 };
  for (const { id, mailbox } of office.customers) {
    const numbers = office
      .delivered()
      .filter(({ from }) => from.toLowerCase() === mailbox.toLowerCase())
      .map(({ subject }) => Number(subject));
    const distinct = [...new Set(numbers)];
    result.missing += (office.written.get(id) ?? 0) - distinct.length;
    result.twice += numbers.length - distinct.length;
    result.outOfOrder += distinct.filter(
      (number, index) => index > 0 && number < (distinct[index - 1] ?? 0),
    ).length;
  }
  return result;
}
