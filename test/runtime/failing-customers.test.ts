import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { FailingCustomers, isApplicationsTrouble } from "../../runtime/src/failing-customers.ts";
import { RotatingConfidentialClient } from "../../runtime/src/rotating-confidential-client.ts";
import { RotatingSecret } from "../../runtime/src/rotating-secret.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { VirtualTime } from "../support/virtual-time.ts";
import { FakeAuthority, scopes } from "./fake-authority.ts";
import { clientId, FakeVault, refusal } from "./fake-cloud.ts";

describe("isApplicationsTrouble", () => {
  for (const [customers, tenants, knownTenants, expected] of [
    [2, 2, 9, false],
    [3, 3, 9, true],
    [30, 1, 9, false],
    [30, 2, 9, false],
    [30, 2, 2, true],
    [3, 1, 1, true],
    [2, 1, 1, false],
    [3, 1, 2, false],
  ] as const) {
    it(`is ${expected} of ${customers} customers in ${tenants} of ${knownTenants} tenants`, () => {
      assert.equal(isApplicationsTrouble({ customers, tenants, knownTenants, customersToOpen: 3 }), expected);
    });
  }
});

describe("FailingCustomers", () => {
  it("takes a customer of an unknown tenant for a tenant of its own, and the application's own trouble at once", () => {
    const failing = new FailingCustomers(3);
    assert.deepEqual(
      ["ann", "ann", "bob", "cy"].map((subject) => failing.add({ subject })),
      [false, false, false, true],
    );
    failing.clear();
    assert.equal(failing.add({ subject: "ann" }), false);
    assert.equal(failing.add({}), true);
  });
});

describe("three mailboxes of one tenant that shut the application out", () => {
  let directory: FakeAuthority;
  let secret: RotatingSecret;
  let client: RotatingConfidentialClient;

  beforeEach(() => {
    const time = new VirtualTime();
    directory = new FakeAuthority(time);
    const vault = new FakeVault(time);
    vault.publish("secret-1");
    directory.secrets.set("secret-1", "valid");
    secret = new RotatingSecret({
      credential: "mailman-office365",
      source: vault,
      clock: time,
      random: seededRandom(1),
    });
    client = new RotatingConfidentialClient({
      secret,
      auth: {
        clientId,
        authority: "https://login.test/organizations",
        knownAuthorities: ["login.test"],
      },
      fetch: directory.send,
    });
    directory.fault = ({ form }) =>
      /shut/.test(`${form.refresh_token}${form.assertion}`)
        ? refusal("unauthorized_client", 7000112)
        : undefined;
  });

  afterEach(() => secret.close());

  const refresh = (name: string, tenant: string) =>
    client.acquireTokenByRefreshToken({ refreshToken: `refresh~${name}`, scopes }, { tenant });

  it("stop no other tenant", async () => {
    await refresh("ann", "a.test");
    await refresh("bob", "b.test");
    for (let mailbox = 0; mailbox < 10; mailbox++) {
      await assert.rejects(refresh(`shut${mailbox}`, "shut.test"), /disabled/);
    }
    await refresh("cy", "c.test");
    assert.equal(secret.breaker.state, "closed");
  });

  it("stop no other if their assertions name the tenant", async () => {
    await refresh("ann", "a.test");
    const part = (claims: object) => Buffer.from(JSON.stringify(claims)).toString("base64url");
    for (let mailbox = 0; mailbox < 10; mailbox++) {
      const oboAssertion = `${part({})}.${part({ tid: "b.test", oid: `${mailbox}` })}.shut`;
      await assert.rejects(client.acquireTokenOnBehalfOf({ oboAssertion, scopes }), /disabled/);
    }
    await refresh("cy", "c.test");
    assert.equal(secret.breaker.state, "closed");
  });

  it("stop everybody if there is no other tenant", async () => {
    for (const name of ["shut1", "shut2", "shut3"]) {
      await assert.rejects(refresh(name, "shut.test"), /disabled/);
    }
    assert.equal(secret.breaker.state, "open");
  });
});
