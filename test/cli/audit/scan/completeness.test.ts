import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { PAGE_SIZE } from "../../../../cli/audit/graph/collections.ts";
import { toleratedMissing } from "../../../../cli/audit/scan/completeness.ts";
import { application, auditDirectory, auditServer, numbers, secret } from "../../../support/audit.ts";
import { answerFrom, error, type GraphDirectory } from "../../../support/graph-directory.ts";
import { startGraph } from "../../../support/graph-server.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";

/** None has an owner, and each has a federated credential. */
function tenant(size: number): GraphDirectory {
  return {
    applications: numbers(size).map((number) =>
      application(number, {
        passwordCredentials: [secret(number, -10, 100)],
        owners: [],
        federatedIdentityCredentials: [{}],
      }),
    ),
    servicePrincipals: [],
  };
}

/** Which of the filtered lists a question is for. */
function listOf(url: string): "ownerless" | "federated" | undefined {
  if (url.includes("/$count")) return undefined;
  if (url.includes("owners%2F")) return "ownerless";
  return url.includes("federatedIdentityCredentials%2F") ? "federated" : undefined;
}

test("a lost page is never small enough to pass for an index that lags behind", () => {
  for (const sameIndex of [true, false]) {
    for (const expected of [0, 10, 999, 5000, 99_900, 300_000, 10_000_000]) {
      const tolerated = toleratedMissing(expected, sameIndex);
      assert.ok(tolerated >= 2 && tolerated < PAGE_SIZE / 5, `${tolerated} of ${expected}`);
    }
  }
  assert.equal(toleratedMissing(5000, false), 50);
});

for (const name of ["ownerless", "federated"] as const) {
  for (const concurrency of [1, 4]) {
    test(`the list ${name} that ends early is noticed, with ${concurrency} at once`, async (context) => {
      const { result } = await auditDirectory(context, tenant(1500), { concurrency }, (answer, { url }) => {
        const answered = answer();
        if (listOf(url) === name) delete (answered.body as Record<string, unknown>)["@odata.nextLink"];
        return answered;
      });
      assert.equal(result.complete, false);
      assert.deepEqual(
        result.gaps.map(({ what, why, essential }) => [what, why, essential]),
        [[name, "the directory counts 1500, but its pages held 999", true]],
      );
    });
  }

  test(`the list ${name} that ends early once is read again`, async (context) => {
    let cut = false;
    const { result } = await auditDirectory(context, tenant(1500), {}, (answer, { url }) => {
      const answered = answer();
      if (!cut && listOf(url) === name) {
        cut = true;
        delete (answered.body as Record<string, unknown>)["@odata.nextLink"];
      }
      return answered;
    });
    assert.equal(cut, true);
    assert.equal(result.complete, true);
  });
}

test("a list that ends early after the scan was gone on with is noticed, too", async (context) => {
  const file = join(await temporaryFolder(context), "scan");
  const directory = tenant(2500);
  let isBroken = true;
  const server = await startGraph(context, (question, origin) => {
    const isLater = question.url.includes("skiptoken") && listOf(question.url) === "ownerless";
    if (isBroken && isLater) return error(409, "Broken");
    const answered = answerFrom(directory, origin, question);
    if (isLater) delete (answered.body as Record<string, unknown>)["@odata.nextLink"];
    return answered;
  });
  assert.equal((await auditServer(server, { resumeFile: file })).complete, false);
  isBroken = false;
  const result = await auditServer(server, { resumeFile: file });
  assert.equal(result.complete, false);
  assert.match(result.gaps[0]?.why ?? "", /counts 2500, but its pages held 1998/);
});

test("a list that may not be read says which right is missing", async (context) => {
  for (const name of ["ownerless", "federated"] as const) {
    const { result } = await auditDirectory(context, tenant(3), {}, (answer, { url }) =>
      listOf(url) === name ? error(403, "Authorization_RequestDenied") : answer(),
    );
    const [gap] = result.gaps;
    assert.deepEqual([gap?.what, gap?.refused, gap?.essential], [name, true, true]);
    assert.match(gap?.why ?? "", /it takes the permission Application\.Read\.All/);
  }
});
