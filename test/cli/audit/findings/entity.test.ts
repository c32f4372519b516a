import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  entityFindings,
  federatedFinding,
  type Judging,
  ownerlessFinding,
} from "../../../../cli/audit/findings/entity.ts";
import type { Finding } from "../../../../cli/audit/findings/finding.ts";
import { managedKeys } from "../../../../cli/audit/findings/managed-keys.ts";
import { GuidTable } from "../../../../cli/audit/guid-table.ts";
import type { Credential, DirectoryEntity, ManagedCredential } from "../../../../cli/audit/model.ts";
import { auditPolicy } from "../../../../cli/audit/policy.ts";
import { DAY_MS } from "../../../../infra/duration.ts";

const NOW_MS = Date.parse("2027-03-01T12:00:00Z");
const SECOND_MS = 1000;

const inDays = (days: number) => NOW_MS + days * DAY_MS;

function secret(
  keyId: string,
  startDays: number,
  endDays: number | null,
  name: string | null = null,
): Credential {
  return {
    type: "secret",
    keyId,
    name,
    startMs: inDays(startDays),
    endMs: endDays === null ? null : inDays(endDays),
  };
}

function application(credentials: Credential[], rest: Partial<DirectoryEntity> = {}): DirectoryEntity {
  return {
    type: "application",
    objectId: "app-1",
    appId: "client-1",
    name: "Mailman",
    createdMs: inDays(-400),
    disabled: false,
    singleTenant: true,
    credentials,
    ...rest,
  };
}

const managed: ManagedCredential = {
  name: "mailman-office365",
  stack: "prod",
  clientId: "client-1",
  applicationObjectId: "app-1",
  keys: [
    { keyId: "current", role: "current", endMs: inDays(100) },
    { keyId: "previous", role: "previous", endMs: inDays(10) },
  ],
  vaultUri: "https://kv.vault.azure.net",
  secretName: "mailman-office365",
  lifetimeMs: 180 * DAY_MS,
  rotationMs: inDays(50),
  pendingGeneration: 7,
};

function judging(rest: Partial<Judging> = {}): Judging {
  return {
    policy: auditPolicy(),
    nowMs: NOW_MS,
    managed: managedKeys([]),
    lastUsedDay: undefined,
    ...rest,
  };
}

const byManaged = judging({ managed: managedKeys([managed]) });

function brief(findings: Finding[]): string[] {
  return findings.map(
    ({ kind, severity, tier, credential }) =>
      `${severity} ${kind}${tier === undefined ? "" : ` tier ${tier}`}${credential === undefined ? "" : ` ${credential.keyId}`}`,
  );
}

const judge = (credentials: Credential[], context = judging(), rest: Partial<DirectoryEntity> = {}) =>
  brief(entityFindings(application(credentials, rest), context));

test("nothing is said about a credential in order", () => {
  assert.deepEqual(judge([secret("k", -10, 100)]), []);
});

test("each tier begins exactly so many days before the end, and the last day ends at the end", () => {
  const tiers: [number, string][] = [
    [30, "medium expiring-credential tier 30 k"],
    [14, "medium expiring-credential tier 14 k"],
    [7, "high expiring-credential tier 7 k"],
    [1, "critical expiring-credential tier 1 k"],
  ];
  for (const [index, [days, finding]] of tiers.entries()) {
    const at = (offsetMs: number) =>
      judge([{ ...secret("k", -10, 0), endMs: NOW_MS + days * DAY_MS + offsetMs }]);
    assert.deepEqual(at(0), [finding]);
    assert.deepEqual(at(SECOND_MS), index === 0 ? [] : [tiers[index - 1]?.[1]]);
  }
  assert.deepEqual(judge([{ ...secret("k", -10, 0), endMs: NOW_MS + SECOND_MS }]), [
    "critical expiring-credential tier 1 k",
  ]);
  assert.deepEqual(judge([{ ...secret("k", -10, 0), endMs: NOW_MS }]), [
    "critical expired-credential tier 0 k",
  ]);
});

test("more days than 30 add a tier before the others, fewer take tiers away", () => {
  const at = (days: number, ends: number) =>
    judge([secret("k", -10, ends)], judging({ policy: auditPolicy({ days }) }));
  assert.deepEqual(at(60, 45), ["low expiring-credential tier 60 k"]);
  assert.deepEqual(at(60, 20), ["medium expiring-credential tier 30 k"]);
  assert.deepEqual(at(5, 6), []);
  assert.deepEqual(at(5, 4), ["high expiring-credential tier 5 k"]);
});

test("what expired long ago, or has a successor, is less urgent than what just stopped working", () => {
  assert.deepEqual(judge([secret("k", -100, -30)]), ["critical expired-credential tier 0 k"]);
  assert.deepEqual(judge([secret("k", -100, -31)]), ["medium expired-credential tier 0 k"]);
  assert.deepEqual(judge([secret("k", -100, -1), secret("new", -10, 100)]), [
    "low expired-credential tier 0 k",
  ]);
});

test("only a later credential of the same sort, valid in time, is a successor", () => {
  const old = secret("k", -100, 5);
  const later = secret("new", -1, 100);
  assert.deepEqual(judge([old, later]), ["medium expiring-credential tier 7 k"]);
  const others = [
    { ...later, type: "certificate" as const },
    { ...later, startMs: inDays(31) },
    { ...later, endMs: inDays(29) },
  ];
  for (const other of others) assert.ok(judge([old, other]).includes("high expiring-credential tier 7 k"));
  assert.deepEqual(judge([old, { ...later, startMs: null, endMs: null }]), [
    "medium expiring-credential tier 7 k",
    "medium lifetime-too-long new",
  ]);
});

test("a disabled application is for information only", () => {
  const credentials = [
    secret("a", -100, -1),
    secret("b", -100, 1),
    secret("c", -1, 2000),
    secret("d", -1, null),
  ];
  for (const finding of judge(credentials, judging(), { disabled: true })) assert.match(finding, /^info /);
});

test("a lifetime may be as long as the policy says and one day, since years differ", () => {
  assert.deepEqual(judge([secret("k", 0, 367)]), []);
  assert.deepEqual(judge([secret("k", 0, 368)]), ["low lifetime-too-long k"]);
  assert.deepEqual(judge([secret("k", -1, null)]), ["medium lifetime-too-long k"]);
  assert.deepEqual(judge([{ ...secret("k", 0, 400), startMs: null }]), ["low lifetime-too-long k"]);
});

test("a managed credential that comes close to its end means that rotation is broken", () => {
  assert.deepEqual(judge([secret("current", -100, 29)], byManaged), [
    "high expiring-credential tier 30 current",
  ]);
  assert.deepEqual(judge([secret("current", -100, 1)], byManaged), [
    "critical expiring-credential tier 1 current",
  ]);
  assert.deepEqual(judge([secret("current", -100, -90)], byManaged), [
    "critical expired-credential tier 0 current",
  ]);
  // A secret that somebody made by hand is no rotation.
  assert.deepEqual(
    judge([secret("current", -100, 29), secret("x", -1, 300)], byManaged)[0],
    "high expiring-credential tier 30 current",
  );
  const [finding] = entityFindings(application([secret("current", -100, 29)]), byManaged);
  assert.equal(finding?.managedCredential, "mailman-office365");
});

test("the previous secret of a rotation may end in peace, if the current one lives", () => {
  const current = secret("current", -1, 100);
  assert.deepEqual(judge([secret("previous", -100, 5), current], byManaged), []);
  assert.deepEqual(judge([secret("previous", -100, 5)], byManaged), [
    "high expiring-credential tier 7 previous",
  ]);
  assert.deepEqual(judge([secret("previous", -100, -1), current], byManaged), [
    "low expired-credential tier 0 previous",
  ]);
});

test("on a managed application, what the stack does not know was made by hand or left by a crash", () => {
  const known = secret("current", -1, 100);
  assert.deepEqual(judge([known, secret("x", -1, 100, "portal")], byManaged), [
    "high hand-made-credential x",
  ]);
  assert.deepEqual(judge([known, secret("x", -1, 100)], byManaged), ["high hand-made-credential x"]);
  assert.deepEqual(judge([known, secret("x", -1, 100, "keyturn/prod/mailman-office365/b/9")], byManaged), [
    "medium orphan-key x",
  ]);
  assert.deepEqual(judge([known, secret("x", -1, 100, "keyturn/prod/another/b/9")], byManaged), [
    "high hand-made-credential x",
  ]);
  // Made, not verified yet: the stack works on it.
  assert.deepEqual(judge([known, secret("x", -1, 100, "keyturn/prod/mailman-office365/b/7")], byManaged), []);
  assert.deepEqual(judge([secret("x", -1, 100)], byManaged, { objectId: "other" }), []);
  // What signs in as the application from its service principal was made by hand, whatever it is called.
  const principal = { type: "servicePrincipal" as const, objectId: "principal-1" };
  for (const name of [null, "keyturn/prod/mailman-office365/b/7"]) {
    assert.deepEqual(judge([secret("x", -1, 100, name)], byManaged, principal), [
      "high hand-made-credential x",
    ]);
  }
  assert.deepEqual(judge([secret("x", -1, 100)], byManaged, { ...principal, appId: "client-2" }), []);
});

test("a managed secret is held against its own policy", () => {
  assert.deepEqual(judge([secret("current", 0, 180)], byManaged), []);
  assert.deepEqual(judge([secret("current", 0, 182)], byManaged), ["low lifetime-too-long current"]);
});

test("unused is what is old enough and has not signed in for 90 days, where the report tells", () => {
  const id = "00000000-0000-4000-8000-00000000000a";
  const used = (day: number | undefined) => {
    const lastUsedDay = new GuidTable();
    lastUsedDay.set("00000000-0000-4000-8000-00000000000b", 20_000);
    if (day !== undefined) lastUsedDay.set(id, day);
    return judging({ lastUsedDay });
  };
  const old = [secret(id, -200, 100)];
  const today = Math.floor(NOW_MS / DAY_MS);
  const unused = [`low unused-credential ${id}`];
  assert.deepEqual(judge(old), []);
  assert.deepEqual(judge(old, used(today - 89)), []);
  assert.deepEqual(judge(old, used(today - 90)), [], "it may have been at any time of that day");
  assert.deepEqual(judge(old, used(today - 91)), unused);
  assert.deepEqual(judge(old, used(0)), unused);
  assert.deepEqual(judge(old, used(undefined)), unused);
  assert.deepEqual(judge([secret(id, -89, 100)], used(undefined)), []);
});

test("secrets for a platform that can sign in without one could be federated", () => {
  const found = entityFindings(application([secret("k", -1, 100, "Terraform Cloud run")]), judging());
  assert.deepEqual(brief(found), ["info could-be-federated"]);
  assert.equal(found[0]?.facts.platform, "HCP Terraform");
  assert.deepEqual(judge([], judging(), { name: "GitHub deploy" }), []);
  assert.deepEqual(judge([secret("k", -1, 100)], judging(), { name: "Task tracker" }), []);
});

test("an application without owner or with a federated credential counts only with what could hurt", () => {
  const live = application([secret("a", -1, 100), secret("b", -9, -1)]);
  assert.deepEqual(ownerlessFinding(live, NOW_MS)?.facts, { credentials: 1 });
  assert.equal(ownerlessFinding(application([secret("b", -9, -1)]), NOW_MS), undefined);
  assert.deepEqual(federatedFinding(live, NOW_MS)?.facts, { secrets: 1 });
  assert.equal(
    federatedFinding(application([{ ...secret("a", -1, 100), type: "certificate" }]), NOW_MS),
    undefined,
  );
});

test("five thousand credentials on one application make a few findings, none of them lost", () => {
  const credentials = Array.from({ length: 5000 }, (_, index) => secret(`k${index}`, -100, 1 + (index % 29)));
  const findings = entityFindings(application(credentials), judging());
  const expiring = findings.filter(({ kind }) => kind === "expiring-credential");
  assert.equal(expiring.length, 21);
  const [others] = expiring.filter(({ facts }) => facts.others !== undefined);
  assert.equal(others?.facts.others, 4980);
  assert.equal(others?.id, "expiring-credential/app-1/others");
  // The most urgent ones are kept.
  assert.ok(expiring.every(({ severity }) => severity === "critical"));
});

test("whatever the dates: every finding has its own id, and a date when it is in a tier", () => {
  const days = fc.oneof(fc.constant(null), fc.integer({ min: -100_000, max: 3_000_000 }));
  const credential = fc
    .tuple(fc.constantFrom("secret", "certificate"), days, days, fc.option(fc.string()))
    .map(([type, start, end, name]) => ({
      type: type as Credential["type"],
      startMs: start === null ? null : inDays(start),
      endMs: end === null ? null : inDays(end),
      name,
    }));
  fc.assert(
    fc.property(fc.array(credential, { maxLength: 60 }), fc.boolean(), (list, disabled) => {
      const credentials = list.map((each, index) => ({ ...each, keyId: `k${index}` }));
      const findings = entityFindings(application(credentials, { disabled }), byManaged);
      assert.equal(new Set(findings.map(({ id }) => id)).size, findings.length);
      for (const { tier, dueMs, severity } of findings) {
        assert.equal(tier === undefined, dueMs === undefined);
        if (tier === 0) assert.ok((dueMs ?? 0) <= NOW_MS);
        else if (tier !== undefined) assert.ok((dueMs ?? 0) > NOW_MS && (dueMs ?? 0) <= inDays(tier));
        if (disabled && tier !== undefined) assert.equal(severity, "info");
      }
      // Each expired credential is in a finding of its own, or counted among the others.
      const expired = credentials.filter(({ endMs }) => endMs !== null && endMs <= NOW_MS).length;
      const told = findings
        .filter(({ kind }) => kind === "expired-credential")
        .reduce((sum, { facts }) => sum + Number(facts.others ?? 1), 0);
      assert.equal(told, expired);
    }),
  );
});
