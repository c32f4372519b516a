import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CommandError, exitCodes } from "../../../cli/exit-codes.ts";
import {
  type RotationReport,
  renderIssue,
  renderRotation,
  reportOf,
} from "../../../cli/pipeline/rotation-report.ts";
import type { CredentialStatus } from "../../../cli/status/document.ts";
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
  urgency: undefined,
  nextTries: {},
  status: undefined,
  ...over,
});

const rotation = (name: string) => ({
  credential: name,
  done: `${name}: rotated, to generation 2 (due)`,
  open: `${name}: to be rotated, to generation 2 (due)`,
});

/** A credential after an update, with what needs a person. */
function credential(name: string, problems: string[] = []): CredentialStatus {
  const secret = { slot: "a", generation: 1, keyId: "k", createdAt: "2026-03-02T08:00:00Z" };
  return {
    ...{ name, clientId: "c", previous: null, vaultSecret: null, movedFrom: null, readers: [], problems },
    current: { ...secret, expiresAt: "2026-05-31T08:00:00Z" },
    nextRotationAt: "2026-04-16T08:00:00Z",
    dates: { notBefore: null, notAfter: null, renewalTime: null, safeUntil: null, heldUntil: null },
    conditions: [],
    lastActions: [],
  };
}

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
    const shown = report({
      outcome: "refused",
      problems: [hostile],
      foreign,
      intentions: [rotation("mail")],
    });
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
        intentions: [rotation("mail")],
        urgency: { isWaiting: true, credential: "mail", until: "2026-05-31T08:00:00Z" },
        foreign: [
          { ...effect, what: ["its name"], origin: "drift" },
          { ...effect, what: ["its tags"], origin: "undeployed" },
        ],
      }),
      run,
    );
    assert.match(
      text,
      /\(drift\).*\n\n- .*t n was changed.*its name.*\n\n\*\*Merged and not deployed.*\n\n- .*its tags.*\n\nWaits for that:\n\n- .*to be rotated.*generation 2.*\n\nThere is time until \*\*2026-05-31\*\*: .*secret of <code>mail<\/code> ends first/,
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

  it("tells what was tried in vain from what was done, and when it is tried again", () => {
    const status = {
      schemaVersion: 1,
      stack: "dev",
      at: "2026-04-17T03:23:00Z",
      credentials: [credential("mail", ["mail: verification failed"]), credential("crm")],
    };
    const attention = report({
      outcome: "attention",
      intentions: [rotation("mail"), rotation("crm")],
      problems: ["mail: verification failed"],
      status,
      nextTries: { mail: "2026-04-17T04:23:00Z" },
    });
    const text = renderRotation(attention, run).replaceAll(/&#(\d+);/g, (_, code) =>
      String.fromCodePoint(Number(code)),
    );
    assert.match(text, /^## Rotation: a credential needs a person: stack `dev`/);
    assert.match(text, /Was tried:\n\n- <code>mail: to be rotated, to generation 2/);
    assert.match(text, /Was due, and is done:\n\n- <code>crm: rotated, to generation 2/);
    assert.match(
      text,
      /mail<\/code> \| a \| 1 \| 2026-05-31 \| \*\*tried again\*\* by the first run after 2026-04-17 04:23 UTC \|/,
    );
    assert.match(text, /crm<\/code> \| a \| 1 \| 2026-05-31 \| 2026-04-16 \|/);
    const both = status.credentials.map(({ name }) => credential(name, ["x"]));
    const { title } = renderIssue({ ...attention, status: { ...status, credentials: both } }, run);
    assert.equal(title, "Rotation: 2 credentials need a person: stack dev");
  });

  it("says of drift what somebody did, and how an update would set it back", () => {
    const drift = (operation: "create" | "update", what: string, changed: string[] = []) => ({
      ...{ operation, type: "azure-native:authorization:RoleAssignment", name: "mail-mailman", changed },
      ...{ credential: "mail", inputs: null, what: [what], origin: "drift" as const },
    });
    const text = renderRotation(
      report({
        outcome: "refused",
        foreign: [
          drift("create", "widened: mailman gets Key Vault Secrets User on secret mail"),
          drift("update", "Role assignment mail-mailman is updated: scope", ["scope"]),
        ],
      }),
      run,
    ).replaceAll(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
    assert.match(text, /Role assignment mail-mailman was deleted<\/code>; .*<code>widened: mailman gets/);
    assert.match(text, /Role assignment mail-mailman was changed: scope<\/code>$/m);
  });

  it("puts what is changed alike into one line", () => {
    const updated = (name: string, changed: string[]) => ({
      ...{ operation: "update" as const, type: "azure-native:monitor:ActionGroup", name, changed },
      ...{ credential: null, inputs: null, origin: "undeployed" as const },
      what: [`Action group ${name} is updated: ${changed.join(", ")}`],
    });
    const foreign = [
      updated("a", ["tags.team"]),
      updated("odd", ["enabled"]),
      ...["b", "c"].map((name) => updated(name, ["tags.team"])),
    ];
    const lines = renderRotation(report({ outcome: "refused", foreign }), run)
      .replaceAll(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
      .split("\n")
      .filter((line) => line.startsWith("- <code>"));
    assert.deepEqual(lines, [
      "- <code>3 resources are updated alike: tags.team (Action group a, Action group b, Action group c)</code>",
      "- <code>Action group odd is updated: enabled</code>",
    ]);
  });
});
