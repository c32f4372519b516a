import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CommandError, exitCodes } from "../../../cli/exit-codes.ts";
import {
  type RotationReport,
  renderIssue,
  renderRotation,
  reportOf,
} from "../../../cli/pipeline/rotation-report.ts";
import { generateSecretValue } from "../../../sandbox/entra/secret-value.ts";
import { seededRandomness } from "../../../sandbox/randomness.ts";

const run = {
  url: "https://github.example/run/1",
  fileUrl: (path: string) => `https://github.example/${path}`,
};
const report = (over: Partial<RotationReport> = {}): RotationReport => ({
  stack: "dev",
  outcome: "done",
  exitCode: 0,
  intentions: [],
  foreign: [],
  problems: [],
  status: undefined,
  ...over,
});

describe("the report of a rotation", () => {
  it("says that nothing was due, and nothing else", () => {
    assert.equal(renderRotation(report(), run), "## Rotation: stack `dev`\n\nNothing was due.\n");
  });

  it("links every page that its problems name, once", () => {
    const page = "docs/runbooks/failed-rotation.md";
    const { body } = renderIssue(
      report({ outcome: "attention", problems: [`a (${page})`, `b (${page})`] }),
      run,
    );
    assert.equal(body.split(`(https://github.example/${page})`).length, 2);
    assert.match(body, /\(https:\/\/github\.example\/docs\/pipelines\.md#what-red-means\)/);
    assert.match(body, /The run: https:\/\/github\.example\/run\/1/);
  });

  it("shows what others wrote as text, and no secret at all", () => {
    const secret = generateSecretValue(seededRandomness("report"));
    const hostile = `@everyone <img src=x> [x](javascript:1) \u202e ${secret} | --> #1`;
    const foreign = [
      {
        ...{
          operation: "update" as const,
          type: "t",
          name: hostile,
          credential: hostile,
          changed: [],
          inputs: null,
        },
        ...{ what: [hostile], origin: "drift" as const },
      },
    ];
    const shown = report({ outcome: "refused", problems: [hostile], foreign, intentions: ["mail: rotated"] });
    for (const text of [renderIssue(shown, run).body, renderRotation(shown, run)]) {
      assert.doesNotMatch(text, /<img|@everyone|\]\(javascript|\u202e|-->|\| --/);
      assert.ok(!text.includes(secret.slice(4, 30)), text);
      assert.match(text, /&#91;secret&#93;/);
    }
  });

  it("tells drift from what waits for its deployment, and what waits for both", () => {
    const effect = {
      operation: "update" as const,
      type: "t",
      name: "n",
      credential: "mail",
      changed: [],
      inputs: null,
    };
    const text = renderRotation(
      report({
        outcome: "refused",
        intentions: ["mail: rotated, to generation 2"],
        foreign: [
          { ...effect, what: ["its name"], origin: "drift" },
          { ...effect, what: ["its tags"], origin: "undeployed" },
        ],
      }),
      run,
    );
    assert.match(
      text,
      /\(drift\).*\n\n- .*its name.*\n\n\*\*Merged and not deployed.*\n\n- .*its tags.*\n\nWaits for that:\n\n- .*generation 2/,
    );
  });

  it("of a failure keeps its exit code, and of an error of ours its place", () => {
    const failed = reportOf.failure("dev", new CommandError("no such stack", exitCodes.stackMissing));
    assert.deepEqual(
      [failed.outcome, failed.exitCode, failed.problems],
      ["failed", exitCodes.stackMissing, ["no such stack"]],
    );
    const broken = reportOf.failure("dev", new TypeError("x is undefined"));
    assert.equal(broken.exitCode, exitCodes.internal);
    assert.match(broken.problems.join(), /internal error: TypeError: x is undefined/);
  });
});
