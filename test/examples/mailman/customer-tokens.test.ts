import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { connectMailbox } from "../../../examples/mailman/src/connect-mailbox.ts";
import { type Customer, tenantOf } from "../../../examples/mailman/src/customer.ts";
import { CustomerTokens } from "../../../examples/mailman/src/customer-tokens.ts";
import { Outbox } from "../../../examples/mailman/src/outbox.ts";
import { environmentSource, RotatingSecret } from "../../../runtime/src/index.ts";
import { FakeAuthority } from "../../runtime/fake-authority.ts";
import { clientId, refusal, tenantId } from "../../runtime/fake-cloud.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { VirtualTime } from "../../support/virtual-time.ts";

const redirectUri = "http://127.0.0.1/connected";
const shutTenant = "8a7f0000-0000-4000-8000-00000000000a";
const shut = ["shut1", "shut2", "shut3", "shut4"];

interface Office {
  authority: FakeAuthority;
  outbox: Outbox;
  secret: RotatingSecret;
  tokens: CustomerTokens;
  /** Signs in, and becomes a customer of Mailman. */
  connect(id: string, homeAccountId?: string): Promise<Customer>;
}

/** Mailboxes of three tenants, one of which shuts the application out when the test says so. */
function open(t: TestContext): Office {
  const time = new VirtualTime();
  const authority = new FakeAuthority(time);
  authority.secrets.set("value-1", "valid");
  for (const id of shut) authority.tenants.set(id, shutTenant);
  authority.tenants.set("bob", "8a7f0000-0000-4000-8000-00000000000b");
  const outbox = new Outbox(join(temporaryFolder(t), "outbox.db"));
  const secret = new RotatingSecret({
    credential: "mailman",
    source: environmentSource({ variable: "SECRET", environment: { SECRET: "value-1" } }),
    clock: time,
    random: () => 0.5,
  });
  t.after(() => {
    secret.close();
    outbox.close();
  });
  const tokens = new CustomerTokens({
    ...{ secret, outbox, clientId, tenantId, authorityHost: "https://login.test" },
    fetch: authority.send,
  });
  const connect = async (id: string, homeAccountId?: string): Promise<Customer> => {
    const customer: Customer = {
      id,
      mailbox: `${id}@contoso.test`,
      way: "smtp",
      signIn: { as: "user", homeAccountId },
    };
    let visit: Promise<unknown> = Promise.resolve();
    const show = (url: string) => {
      const { searchParams: asked } = new URL(url);
      const back = new URL(asked.get("redirect_uri") ?? "");
      back.search = new URLSearchParams({
        code: `code~${id}`,
        state: asked.get("state") ?? "",
      }).toString();
      visit = fetch(back);
    };
    await connectMailbox({ customer, client: tokens.clientFor(id), outbox, redirectUri, show });
    await visit;
    return customer;
  };
  return { authority, outbox, secret, tokens, connect };
}

/** The tenant's administrator disables the application there. */
function shutOut({ authority }: Office): void {
  authority.fault = ({ form }) =>
    /~shut/.test(`${form.code}${form.refresh_token}`) ? refusal("unauthorized_client", 7000112) : undefined;
}

/** A token that is not from the cache. */
function freshToken({ tokens }: Office, customer: Customer): Promise<string> {
  tokens.discard(customer, "refused by the mail service");
  return tokens.tokenFor(customer);
}

/** Ann and Bob have had tokens: from then on the library has met their tenants. */
async function serveTwoTenants(office: Office): Promise<[Customer, Customer]> {
  const customers: [Customer, Customer] = [await office.connect("ann"), await office.connect("bob")];
  for (const customer of customers) await freshToken(office, customer);
  return customers;
}

test("mailboxes of one tenant that shuts the application out stop no mailbox of another", async (t) => {
  const office = open(t);
  const [ann, bob] = await serveTwoTenants(office);
  const customers = [];
  for (const id of shut) customers.push(await office.connect(id));
  shutOut(office);
  for (const customer of customers) await assert.rejects(freshToken(office, customer), /disabled/);
  assert.equal(office.secret.breaker.state, "closed");
  await freshToken(office, ann);
  await freshToken(office, bob);
});

test("nor do mailboxes that try to connect there", async (t) => {
  const office = open(t);
  const [, bob] = await serveTwoTenants(office);
  shutOut(office);
  for (const id of shut) await assert.rejects(office.connect(id, `${id}.${shutTenant}`), /disabled/);
  assert.equal(office.secret.breaker.state, "closed");
  await freshToken(office, bob);
});

test("mailboxes of three tenants that fail do stop the asking", async (t) => {
  const office = open(t);
  const customers = [];
  for (const id of ["ann", "bob", "shut1"]) customers.push(await office.connect(id));
  office.authority.fault = () => refusal("unauthorized_client", 7000112);
  for (const customer of customers) await assert.rejects(freshToken(office, customer), /disabled/);
  assert.equal(office.secret.breaker.state, "open");
});

test("a customer's tenant is known from the settings, if they name it", () => {
  const customer = { id: "ann", mailbox: "ann@contoso.test", way: "smtp" } as const;
  assert.deepEqual(tenantOf({ ...customer, signIn: { as: "application", tenantId } }), { tenant: tenantId });
  const homeAccountId = `8a7f0000-0000-4000-8000-0000000000ff.${shutTenant}`;
  assert.deepEqual(tenantOf({ ...customer, signIn: { as: "user", homeAccountId } }), { tenant: shutTenant });
  assert.deepEqual(tenantOf({ ...customer, signIn: { as: "user" } }), {});
});
