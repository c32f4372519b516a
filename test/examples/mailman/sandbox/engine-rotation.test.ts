import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ClientSecretCredential } from "@azure/identity";
import type { AttemptRecord } from "../../../../examples/mailman/src/attempt-record.ts";
import type { Customer } from "../../../../examples/mailman/src/customer.ts";
import { CustomerTokens } from "../../../../examples/mailman/src/customer-tokens.ts";
import { Mailman } from "../../../../examples/mailman/src/mailman.ts";
import { Outbox } from "../../../../examples/mailman/src/outbox.ts";
import { submitByGraph } from "../../../../examples/mailman/src/submit-by-graph.ts";
import { submitBySmtp } from "../../../../examples/mailman/src/submit-by-smtp.ts";
import { DAY_MS } from "../../../../infra/duration.ts";
import { keyVaultSource, RotatingSecret } from "../../../../runtime/src/index.ts";
import { servicePrincipalOfClient } from "../../../../sandbox/entra/service-principals.ts";
import { exchangeOnline } from "../../../../sandbox/entra/well-known/exchange-online.ts";
import { addApplication, addUser, assignRole, grantRole, VAULT_ROLES } from "../../../support/directory.ts";
import { trust } from "../../../support/https-server.ts";
import { keyturnStack } from "../../../support/keyturn-stack.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";

const NAME = "mailman-office365";

test("the real engine rotates and retires while mail is sent: nothing fails, is lost or sent twice", async (t) => {
  const stack = await keyturnStack(t, { seed: "engine-rotation", nowMs: Date.parse("2027-01-01T00:00:00Z") });
  const { sandbox } = stack;
  await stack.mustUp();
  const { clientId, vaultUri, secretName } = (await stack.credentials())[NAME] ?? assert.fail();

  trust(readFileSync(sandbox.env.NODE_EXTRA_CA_CERTS ?? "", "utf8"));
  const { store, clock, randomness, ports } = sandbox;
  const directory = {
    ...{ store, clock, randomness },
    context: () => ({ nowMs: clock.nowMs(), randomness }),
  };
  const { entra, keyVault } = store.state;
  const tenantId = entra.tenant.id;
  const origin = `https://localhost:${ports.https}`;
  const principalId = servicePrincipalOfClient(entra, clientId)?.id ?? assert.fail();
  await grantRole(directory, { principalId, resourceAppId: exchangeOnline.appId, role: "SMTP.SendAsApp" });
  const reader = await addApplication(directory, { displayName: "the service's own identity" });
  const vault = new URL(vaultUri).hostname.split(".")[0] ?? "";
  const scope = keyVault.vaults[vault]?.resourceId ?? assert.fail(`no vault ${vault}`);
  await assignRole(directory, { principalId: reader.principalId, role: VAULT_ROLES.secretsUser, scope });
  const customers: Customer[] = [];
  for (const id of ["ann", "bob"]) {
    const { mail } = await addUser(directory, id);
    customers.push({ id, mailbox: mail ?? "", way: "smtp", signIn: { as: "application", tenantId } });
  }

  const secret = new RotatingSecret({
    credential: NAME,
    source: keyVaultSource({
      vaultUrl: vaultUri,
      secretName,
      credential: new ClientSecretCredential(tenantId, reader.clientId, reader.secret, {
        authorityHost: origin,
        disableInstanceDiscovery: true,
      }),
    }),
    refreshIntervalMs: 2_000,
  });
  t.after(() => secret.close());
  const outbox = new Outbox(join(temporaryFolder(t), "outbox.db"));
  const records: AttemptRecord[] = [];
  const mailman = new Mailman({
    ...{ outbox, secret, customers },
    tokens: new CustomerTokens({ secret, outbox, clientId, tenantId, authorityHost: origin }),
    submit: {
      smtp: submitBySmtp({ host: "localhost", port: ports.smtp }),
      graph: submitByGraph({ url: `${origin}/v1.0` }),
    },
    onAttempt: (record) => records.push(record),
    random: () => 0.01, // Tried again at once.
  });
  mailman.start();
  t.after(async () => {
    await mailman.stop();
    outbox.close();
  });

  let written = 0;
  const write = () => {
    written++;
    for (const { id } of customers) {
      const messageId = `<${id}.${written}@crm.test>`;
      mailman.accept({ messageId, customer: id, to: ["x@contoso.test"], subject: String(written) });
    }
  };
  let isWriting = true;
  const writing = (async () => {
    while (isWriting) {
      write();
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  })();
  const generations: number[] = [];
  for (const days of [51, 8]) {
    await sandbox.timeline.advance(days * DAY_MS);
    await stack.mustUp();
    generations.push((await stack.credentials())[NAME]?.current?.generation ?? 0);
  }
  await sandbox.timeline.advance(DAY_MS); // Every token has ended, and the first secret is gone.
  write();
  isWriting = false;
  await writing;
  while (mailman.counts.queued + mailman.counts.sending > 0) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.deepEqual(generations, [2, 2]);
  assert.equal(secret.status.secret?.generation, 2);
  assert.deepEqual([mailman.counts.sent, mailman.counts.failed], [written * customers.length, 0]);
  for (const { mailbox } of customers) {
    const subjects = sandbox.store.state.mail.messages
      .filter(({ from }) => from === mailbox)
      .map(({ subject }) => Number(subject));
    assert.deepEqual(
      subjects,
      Array.from({ length: written }, (_, index) => index + 1),
    );
  }
  // A token that ended is the only thing that an attempt may meet.
  const troubles = records.flatMap(({ error }) => error ?? []);
  assert.ok(
    troubles.every((error) => error.includes("535 5.7.3")),
    troubles.join("\n"),
  );
  t.diagnostic(
    `${mailman.counts.sent} messages through a rotation and a retirement, ${troubles.length} tokens had ended`,
  );
});
