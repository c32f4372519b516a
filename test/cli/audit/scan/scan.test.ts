import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuditResult } from "../../../../cli/audit/audit.ts";
import { GraphError } from "../../../../cli/audit/graph/errors.ts";
import {
  application,
  auditDirectory,
  auditServer,
  inDays,
  numbers,
  secret,
  servicePrincipal,
} from "../../../support/audit.ts";
import { tenant } from "../../../support/audit-tenant.ts";
import { error, type GraphAnswer, type GraphDirectory } from "../../../support/graph-directory.ts";
import { startGraph } from "../../../support/graph-server.ts";

function kinds({ findings }: AuditResult): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of findings) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

test("a small tenant is read in one piece, with the default consistency", async (context) => {
  const { result, server } = await auditDirectory(context, tenant(1500));
  assert.equal(result.complete, true);
  assert.deepEqual(kinds(result), { "expiring-credential": 150, "no-owner": 137 });
  assert.deepEqual(result.read, {
    applications: 1500,
    servicePrincipals: 1500,
    credentials: 1500,
    vaultSecrets: 0,
    managedCredentials: 0,
  });
  const lists = server.questions.filter(({ url }) => url.startsWith("/v1.0/applications?"));
  assert.ok(lists.every(({ url }) => decodeURIComponent(url).includes("$select=")));
  assert.equal(lists.filter(({ url }) => url.includes("createdDateTime ge")).length, 0);
});

test("a big tenant is read in parts that together hold everything, each entry once", async (context) => {
  const directory = tenant(9000);
  const { result, server } = await auditDirectory(context, directory);
  assert.equal(result.complete, true);
  assert.equal(result.read.applications, 9000);
  assert.equal(result.read.servicePrincipals, 9000);
  assert.equal(result.read.credentials, 9000);
  assert.deepEqual(kinds(result), { "expiring-credential": 900, "no-owner": 819 });
  const urls = server.questions.map(({ url }) => decodeURIComponent(url));
  assert.ok(urls.some((url) => /createdDateTime ge .* and createdDateTime le /.test(url)));
  assert.ok(urls.some((url) => url.includes("startswith(appId,'f')")));
  // The parts hold everything: none of the collections was read in one piece after all.
  const inOnePiece = urls.filter((url) => url.includes("passwordCredentials") && !url.includes("$filter="));
  assert.equal(inOnePiece.length, 2);
  // Ten pages would hold it; each part costs at most one more.
  assert.ok(
    urls.filter((url) => /applications\?.*createdDateTime,.*(ge|le) /.test(url)).length <= 2 * (10 + 5),
  );
});

test("parts that depend on nothing but the count do not wait for the first page", async (context) => {
  let [isParted, waited] = [false, 0];
  const { result } = await auditDirectory(context, tenant(6000), {}, async (answer, { url }) => {
    if (url.includes("startswith")) isParted = true;
    if (url.startsWith("/v1.0/servicePrincipals?") && !decodeURIComponent(url).includes("$filter")) {
      for (let turn = 0; turn < 5000 && !isParted; turn++) await new Promise(setImmediate);
      waited++;
      assert.ok(isParted, "no part was asked for");
    }
    return answer();
  });
  assert.equal(waited, 1);
  assert.equal(result.complete, true);
  assert.equal(result.read.servicePrincipals, 6000);
});

test("a page for the thread that is broken on its way is asked for again", async (context) => {
  const broken = new Set<string>();
  const { result } = await auditDirectory(context, tenant(6000), {}, (answer, { url }): GraphAnswer => {
    const isFirstTime = /startswith|createdDateTime%20ge/.test(url) && !broken.has(url);
    broken.add(url);
    return isFirstTime ? { status: 200, body: "<html>" } : answer();
  });
  assert.equal(result.complete, true);
  assert.deepEqual(result.gaps, []);
  assert.equal(result.read.applications, 6000);
  assert.equal(result.read.servicePrincipals, 6000);
});

test("no more requests are under way than allowed", async (context) => {
  for (const concurrency of [1, 3]) {
    let [now, most] = [0, 0];
    await auditDirectory(context, tenant(6000), { concurrency }, async (answer, { url }) => {
      if (url.includes("$top=1")) return answer();
      now++;
      most = Math.max(most, now);
      // Gives others the chance to come in, as many as may.
      for (let turn = 0; turn < 200 && now < concurrency; turn++) await new Promise(setImmediate);
      now--;
      return answer();
    });
    assert.equal(most, concurrency);
  }
});

test("where parts are refused as unsupported, the collection is read in one piece", async (context) => {
  const { result } = await auditDirectory(context, tenant(6000), {}, (answer, { url }) =>
    /createdDateTime%20|startswith/.test(url) ? error(400, "Request_UnsupportedQuery") : answer(),
  );
  assert.equal(result.complete, true);
  assert.equal(result.read.applications, 6000);
  assert.equal(result.read.servicePrincipals, 6000);
});

test("a tenant without an index (B2C) is audited without owners, and that is said", async (context) => {
  const { result } = await auditDirectory(context, tenant(300), {}, (answer, { url }) =>
    url.includes("$count") ? error(400, "Request_UnsupportedQuery") : answer(),
  );
  assert.equal(result.complete, true);
  assert.equal(result.read.applications, 300);
  assert.deepEqual(
    result.gaps.map(({ what, essential }) => [what, essential]),
    [
      ["ownerless", false],
      ["federated", false],
    ],
  );
});

test("pages that end early make the audit incomplete", async (context) => {
  const { result } = await auditDirectory(context, tenant(1500), {}, (answer, { url }) => {
    const answered = answer();
    const body = answered.body as Record<string, unknown>;
    if (url.startsWith("/v1.0/applications?") && typeof body === "object") delete body["@odata.nextLink"];
    return answered;
  });
  assert.equal(result.complete, false);
  assert.match(result.gaps[0]?.why ?? "", /counts 1500, but its pages held 999/);
});

test("pages that end early once are read again", async (context) => {
  let cut = false;
  const { result } = await auditDirectory(context, tenant(1500), {}, (answer, { url }) => {
    const answered = answer();
    if (!cut && url.startsWith("/v1.0/servicePrincipals?")) {
      cut = true;
      delete (answered.body as Record<string, unknown>)["@odata.nextLink"];
    }
    return answered;
  });
  assert.equal(result.complete, true);
  assert.equal(result.read.servicePrincipals, 1500);
});

test("in a small tenant, one entry that is missing is reason enough to read again", async (context) => {
  let isFirst = true;
  const { result } = await auditDirectory(context, tenant(30), {}, (answer, { url }) => {
    const answered = answer();
    if (isFirst && url.startsWith("/v1.0/servicePrincipals?")) {
      isFirst = false;
      (answered.body as { value: unknown[] }).value.pop();
    }
    return answered;
  });
  assert.equal(result.read.servicePrincipals, 30);
});

test("pages that loop make the audit incomplete, and what they held is reported", async (context) => {
  const { result } = await auditDirectory(context, tenant(1500), {}, (answer, { url }, origin) => {
    const answered = answer();
    if (url.startsWith("/v1.0/applications?") && !url.includes("$count")) {
      const loop = `${origin}/v1.0/applications?$select=id&$top=5&$skiptoken=0`;
      if (url.includes("passwordCredentials"))
        (answered.body as Record<string, unknown>)["@odata.nextLink"] = loop;
      if (url.endsWith("skiptoken=0")) (answered.body as Record<string, unknown>)["@odata.nextLink"] = loop;
    }
    return answered;
  });
  assert.equal(result.complete, false);
  assert.match(result.gaps.map(({ why }) => why).join(), /lead back/);
  assert.notEqual(kinds(result)["expiring-credential"], undefined);
});

test("entries that are nothing like an application make the audit incomplete", async (context) => {
  const directory = tenant(10);
  const { result } = await auditDirectory(context, directory, {}, (answer, { url }) => {
    const answered = answer();
    if (url.startsWith("/v1.0/servicePrincipals?")) {
      (answered.body as { value: unknown[] }).value.push(null, "x", 7, {});
    }
    return answered;
  });
  assert.equal(result.complete, false);
  assert.match(result.gaps[0]?.why ?? "", /^4 entries are not/);
});

test("without the right, the audit is refused before anything else is asked", async (context) => {
  const server = await startGraph(context, () => error(403, "Authorization_RequestDenied"));
  await assert.rejects(
    auditServer(server),
    (thrown: unknown) => thrown instanceof GraphError && thrown.isRefusal,
  );
  assert.equal(server.questions.length, 1);
});

test("an application whose service principal is disabled is no emergency, unless other tenants use it", async (context) => {
  const expired = { passwordCredentials: [secret(1, -100, -3)] };
  const { result } = await auditDirectory(context, {
    applications: [
      application(1, expired),
      application(2, { ...expired, signInAudience: "AzureADMultipleOrgs" }),
      application(3, expired),
    ],
    servicePrincipals: [
      servicePrincipal(1, { accountEnabled: false }),
      servicePrincipal(2, { accountEnabled: false }),
      servicePrincipal(3),
    ],
  });
  const severities = Object.fromEntries(
    result.findings.map(({ subject, severity }) => [subject.name, severity]),
  );
  assert.deepEqual(severities, {
    "Application 1": "info",
    "Application 2": "critical",
    "Application 3": "critical",
  });
});

test("use and owners are read where permitted", async (context) => {
  const directory: GraphDirectory = {
    applications: numbers(3).map((number) =>
      application(number, { passwordCredentials: [secret(number, -200, 20)] }),
    ),
    servicePrincipals: [],
    signIns: [
      { id: "1", keyId: secret(1, 0, 0).keyId, signInActivity: { lastSignInDateTime: inDays(-100) } },
      { id: "2", keyId: secret(2, 0, 0).keyId, signInActivity: { lastSignInDateTime: inDays(-10) } },
    ],
  };
  const { result } = await auditDirectory(context, directory, { signIns: true, owners: true });
  const unused = result.findings.filter(({ kind }) => kind === "unused-credential");
  assert.deepEqual(
    unused.map(({ subject, facts }) => [subject.name, facts.lastUsedMs !== undefined]).sort(),
    [
      ["Application 0", false],
      ["Application 1", true],
    ],
  );
  assert.equal(result.owners?.size, 3);
  assert.equal([...(result.owners?.values() ?? [])][0]?.[0]?.mail, "olga@example.com");
});

test("use that may not be read is a note, not a failure", async (context) => {
  const { result } = await auditDirectory(context, tenant(3), { signIns: true });
  assert.equal(result.complete, true);
  assert.match(result.gaps[0]?.why ?? "", /AuditLog\.Read\.All/);
});

test("what a batch throttles is asked for again", async (context) => {
  let throttled = 0;
  const applications = numbers(45).map((number) =>
    application(number, { passwordCredentials: [secret(number, -10, 5)] }),
  );
  const { result } = await auditDirectory(
    context,
    { applications, servicePrincipals: [] },
    { owners: true },
    (answer, { url }) => {
      const answered = answer();
      if (url === "/v1.0/$batch" && throttled++ < 2) {
        const { responses } = answered.body as { responses: { status: number }[] };
        for (const response of responses.slice(0, 7)) response.status = 429;
      }
      return answered;
    },
  );
  assert.equal(result.owners?.size, 45);
});
