import assert from "node:assert/strict";
import { test } from "node:test";
import type { Finding } from "../../../../cli/audit/findings/finding.ts";
import { managedKeys } from "../../../../cli/audit/findings/managed-keys.ts";
import { auditPolicy } from "../../../../cli/audit/policy.ts";
import { judgePage } from "../../../../cli/audit/scan/judge-page.ts";
import { firstOnly } from "../../../../cli/audit/scan/page-outcome.ts";
import { DAY_MS } from "../../../../infra/duration.ts";
import { application, guid, numbers, secret, servicePrincipal } from "../../../support/audit.ts";
import { NOW_MS } from "../../../support/graph-server.ts";

const judging = {
  policy: auditPolicy(),
  nowMs: NOW_MS,
  managed: managedKeys([]),
  lastUsedDay: undefined,
  wantedKeys: new Set([guid(1, 9), guid(2, 9)]),
  calendarEndMs: NOW_MS + 365 * DAY_MS,
};

const raw = (number: number) =>
  application(number, { passwordCredentials: [secret(number, -10, 5), secret(number + 100, -10, 90)] });

test("of an entity that another page had, or the same page before, nothing is kept", () => {
  const page = judgePage("applications", [raw(1), raw(2), raw(1), raw(3)], judging);
  const known = new Set([guid(2, 1)]);
  const kept = firstOnly(page, (id) => !known.has(id) && known.add(id).size > 0);
  assert.deepEqual(kept.objectIds, [guid(1, 1), guid(3, 1)]);
  assert.equal(kept.credentials, 4);
  assert.deepEqual(
    kept.findings.flatMap((findings) => (JSON.parse(findings) as Finding[]).map(({ id }) => id)),
    [1, 3].map((number) => `expiring-credential/${guid(number, 1)}/${guid(number, 9)}`),
  );
  assert.deepEqual(
    kept.keys.map(([keyId]) => keyId),
    [guid(1, 9)],
  );
  const today = Math.floor(NOW_MS / DAY_MS);
  assert.deepEqual(
    kept.expiries.map(([day, credentials]) => [day - today, credentials]),
    [
      [5, 2],
      [90, 2],
    ],
  );
  assert.deepEqual(
    firstOnly(page, () => false),
    {
      ...{ objectIds: [], credentials: 0, unreadable: 0, findings: [], disabledAppIds: [], keys: [] },
      ...{ managedApplications: [], expiries: [] },
    },
  );
});

test("a disabled service principal is kept with its client id, if no page had it before", () => {
  const raws = numbers(3).map((number) => servicePrincipal(number, { accountEnabled: number === 0 }));
  const page = judgePage("servicePrincipals", raws, judging);
  const kept = firstOnly(page, (id) => id !== guid(2, 3));
  assert.deepEqual(kept.disabledAppIds, [guid(1, 2)]);
});
