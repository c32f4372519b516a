import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { emptyNoticeState, tierNotices } from "../../../cli/audit/notices.ts";
import { FORMATS } from "../../../cli/audit/options.ts";
import { render } from "../../../cli/audit/report/render.ts";
import { application, auditServer, guid, numbers, secret, servicePrincipal } from "../../support/audit.ts";
import { answerFrom, error, type GraphDirectory } from "../../support/graph-directory.ts";
import { startGraph } from "../../support/graph-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const CREDENTIALS = 5000;

/** One application with 5,000 secrets, most of which end within a month, and an ordinary one. */
const directory: GraphDirectory = {
  applications: [
    application(1, {
      passwordCredentials: numbers(CREDENTIALS).map((number) => secret(number, -100, (number % 40) + 0.5)),
    }),
    application(2, { passwordCredentials: [secret(CREDENTIALS, -10, 5)] }),
  ],
  servicePrincipals: [servicePrincipal(1), servicePrincipal(2)],
};

test("five thousand credentials on one application come through Graph, journal and every report", async (context) => {
  const resumeFile = join(await temporaryFolder(context), "scan");
  let isBroken = true;
  const server = await startGraph(context, (question, origin) =>
    isBroken && question.url.startsWith("/v1.0/servicePrincipals?")
      ? error(409, "Broken")
      : answerFrom(directory, origin, question),
  );
  assert.equal((await auditServer(server, { resumeFile })).complete, false);
  isBroken = false;
  const pages = () =>
    server.questions.filter(
      ({ url }) =>
        url.startsWith("/v1.0/applications?") && !url.includes("$filter") && url.includes("keyCred"),
    ).length;
  const before = pages();
  const result = await auditServer(server, { resumeFile });
  assert.equal(pages(), before, "what the journal holds is not read again");
  assert.equal(result.complete, true);
  assert.equal(result.read.credentials, CREDENTIALS + 1);
  const inTwoMonths = result.calendar.reduce((sum, { credentials }) => sum + credentials, 0);
  assert.equal(inTwoMonths, CREDENTIALS + 1);
  const crowded = result.findings.filter(({ subject }) => subject.id === guid(1, 1));
  assert.equal(crowded.length, 21);
  const left = (CREDENTIALS / 40) * 30 - 20;
  assert.ok(crowded.some(({ facts }) => facts.others === left));
  assert.ok(result.findings.some(({ subject }) => subject.id === guid(2, 1)));

  const { notices } = tierNotices(result.findings, result.policy.tiers, emptyNoticeState, result.nowMs);
  for (const format of FORMATS) {
    const report = await render(format, result, {
      docsUrl: "docs/",
      notices,
      limit: 200,
      style: (_, text) => text,
    });
    assert.ok(report.length < 200_000, `${format}: ${report.length}`);
    assert.match(report, /Application 2/, format);
    if (format === "prometheus") continue;
    // A table breaks its lines; Markdown writes what is no letter as a reference.
    assert.match(report.replace(/\s+/g, " "), new RegExp(`${left} more of its credentials`), format);
  }
});
