import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { decodeJwt } from "jose";
import { startGitHub } from "../support/pipeline/github-server.ts";
import { type RunResult, runWorkflow, type Trigger } from "../support/pipeline/run-workflow.ts";
import { readWorkflow } from "../support/pipeline/workflow.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const PUSH: Trigger = { event: "push", sha: "0".repeat(40), ref: "refs/heads/main", payload: {} };

/** Runs a workflow of these jobs. */
async function run(t: TestContext, jobs: string, over: Partial<Trigger> = {}, approved = true) {
  await using github = await startGitHub("sell/keyturn");
  const folder = temporaryFolder(t);
  const file = join(folder, "workflow.yml");
  await writeFile(file, `name: Test\non:\n  push:\n    branches: [main]\npermissions: {}\njobs:\n${jobs}`);
  const workflow = await readWorkflow(file);
  const result: RunResult = await runWorkflow(
    "workflow.yml",
    workflow,
    { ...PUSH, ...over },
    {
      github,
      environments: {
        prod: { vars: { WHERE: "prod" }, branches: ["main"], reviewed: true },
      },
      actions: { "actions/known": async ({ job }) => void job.log.push("known ran") },
      machine: { PATH: `${dirname(process.execPath)}:${process.env.PATH}` },
      seal: { SEAL: "sealed" },
      folder,
      approve: () => approved,
    },
  );
  const conclusions = Object.fromEntries(result.jobs.map(({ id, conclusion }) => [id, conclusion]));
  return { result, conclusions, github };
}

/** A step that asks GitHub for something and says the status. */
const ASK = `
      - env: { TOKEN: "\${{ github.token }}" }
        run: |
          node -e '
            const headers = { authorization: "Bearer " + process.env.TOKEN };
            const url = process.env.GITHUB_API_URL + "/repos/" + process.env.GITHUB_REPOSITORY + "/issues";
            const body = JSON.stringify({ title: "x" });
            fetch(url, { method: "POST", headers, body }).then((answer) => console.log("status", answer.status));
            fetch(url + "/1/lock", { headers }).then((answer) => console.log("lock", answer.status));
          '
`;

describe("the runner that plays the workflows", () => {
  it("orders jobs, hands outputs on, and knows conditions and combinations", async (t) => {
    const { result, conclusions } = await run(
      t,
      `
  last:
    needs: [first, each]
    if: always() && needs.first.outputs.word == 'hello'
    runs-on: x
    steps:
      - run: echo "got \${{ needs.first.outputs.word }}, \${{ needs.each.result }}"
  first:
    runs-on: x
    outputs: { word: "\${{ steps.say.outputs.word }}" }
    steps:
      - id: say
        run: |
          echo "word=hello" >> "$GITHUB_OUTPUT"
          echo "KEPT=kept" >> "$GITHUB_ENV"
          echo "## Summary" >> "$GITHUB_STEP_SUMMARY"
      - run: test "$KEPT" = kept
  each:
    name: Of \${{ matrix.one }}
    runs-on: x
    strategy: { matrix: { one: [a, b] } }
    steps:
      - run: test \${{ matrix.one }} = a
      - run: echo never
      - if: failure()
        run: echo cleaned up
  unreached:
    needs: each
    runs-on: x
    steps:
      - run: echo never
`,
    );
    assert.deepEqual(conclusions, {
      first: "success",
      "each (a)": "success",
      "each (b)": "failure",
      last: "success",
      unreached: "skipped",
    });
    assert.equal(result.conclusion, "failure");
    assert.match(result.log, /got hello, failure/);
    const [, , b] = result.jobs;
    assert.match(b?.log ?? "", /exit code 1\n.*cleaned up/s);
    assert.doesNotMatch(b?.log ?? "", /never$/m);
    assert.equal(result.jobs[0]?.summary, "## Summary\n");
  });

  it("gives a job's token the rights that the job asks for, and no others", async (t) => {
    const withRight = `
  a:
    runs-on: x
    permissions: { issues: write, id-token: write }
    steps:${ASK}`;
    const allowed = await run(t, withRight);
    assert.match(allowed.result.log, /status 201/);
    assert.deepEqual(allowed.github.unknown, ["GET /repos/sell/keyturn/issues/1/lock"]);
    const refused = await run(t, withRight.replace("issues: write", "issues: read"));
    assert.match(refused.result.log, /status 403/);
    const fork = await run(t, withRight, { isFromFork: true });
    assert.match(fork.result.log, /status 403/);
    const after = await fetch(`${allowed.github.origin}/`).catch(() => "closed");
    assert.equal(after, "closed");
  });

  it("lets a job prove what it is, unless it comes from a fork", async (t) => {
    const jobs = `
  a:
    runs-on: x
    environment: prod
    permissions: { id-token: write }
    steps:
      - run: |
          echo "seal=$SEAL where=\${{ vars.WHERE }} url=\${ACTIONS_ID_TOKEN_REQUEST_URL:+set}"
          test -z "$ACTIONS_ID_TOKEN_REQUEST_URL" || node -e '
            const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = process.env;
            fetch(url + "&audience=entra", { headers: { authorization: "Bearer " + token } })
              .then((answer) => answer.json())
              .then(({ value }) => console.log("token " + value));
          '
`;
    const own = await run(t, jobs);
    assert.match(own.result.log, /seal=sealed where=prod url=set/);
    const { sub, aud, iss } = decodeJwt(/token (\S+)/.exec(own.result.log)?.[1] ?? "");
    assert.equal(sub, "repo:sell/keyturn:environment:prod");
    assert.equal(aud, "entra");
    assert.equal(iss, "https://token.actions.githubusercontent.com");
    const fork = await run(t, jobs, { isFromFork: true });
    assert.match(fork.result.log, /seal= where= url=$/m);
  });

  it("keeps to the rules of environments", async (t) => {
    const jobs = "  a:\n    runs-on: x\n    environment: prod\n    steps:\n      - run: echo ran\n";
    assert.equal((await run(t, jobs)).conclusions.a, "success");
    const waiting = await run(t, jobs, {}, false);
    assert.equal(waiting.conclusions.a, "waiting");
    const branch = await run(t, jobs, { ref: "refs/heads/other" });
    assert.equal(branch.conclusions.a, "failure");
    assert.doesNotMatch(branch.result.log, /^ran/m);
    await assert.rejects(run(t, jobs.replace("prod", "staging")), /there is no environment staging/);
  });

  it("refuses what it does not know, instead of passing over it", async (t) => {
    const step = (text: string) => `  a:\n    runs-on: x\n    steps:\n      - ${text}\n`;
    const known = `actions/known@${"a".repeat(40)}`;
    assert.match((await run(t, step(`uses: ${known}`))).result.log, /known ran/);
    const unknown = await run(t, step(`uses: actions/other@${"a".repeat(40)}`));
    assert.match(unknown.result.log, /does not know this action/);
    assert.equal(unknown.result.conclusion, "failure");
    assert.match((await run(t, step("uses: actions/known@v4"))).result.log, /not pinned/);
    assert.match((await run(t, step(`run: echo \${{ vars.TYPO }}`))).result.log, /vars\.TYPO is set nowhere/);
    assert.match((await run(t, step(`run: echo \${{ githb.sha }}`))).result.log, /the expression githb\.sha/);
    await assert.rejects(run(t, step("run: echo\n        contineu-on-error: true")), /contineu-on-error/);
    await assert.rejects(run(t, `${step("run: echo")}    permissions: read-all\n`), /permissions/);
  });
});
