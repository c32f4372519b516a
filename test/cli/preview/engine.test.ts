import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { DAY_MS } from "../../../infra/duration.ts";
import { assertGolden } from "../../support/golden.ts";
import { keyturn } from "../../support/keyturn-command.ts";
import { type KeyturnStack, keyturnStack, succeeded } from "../../support/keyturn-stack.ts";

const START_MS = Date.parse("2026-03-02T08:00:00Z");

/** One credential with one consumer; ids of the sandbox's own. */
function credentials(consumers: object[]): object[] {
  const application = { displayName: "Mailman", permissions: { application: ["Mail.Send"] } };
  return [{ name: "mailman", application, consumers }];
}

/** Without splay: which days are drawn depends on what the engine does first. */
const ROTATION = { lifetime: "90 days", period: "45 days", overlap: "7 days", splay: "0 days" };

const CONSUMER = { name: "mailman", principalId: "5f1e7a52-7a3c-4d55-9d0b-111111111111" };

describe("keyturn preview on the real engine", () => {
  it("tells what happens to each credential over its life", async (t) => {
    const stack = await keyturnStack(t, {
      seed: "preview",
      nowMs: START_MS,
      settings: { credentials: credentials([CONSUMER]), rotation: ROTATION },
    });
    const markdown = async (name: string, exitCode: number, ...args: string[]) => {
      const result = await keyturn(stack, ["preview", "--format", "markdown", "--no-policy", ...args]);
      assert.equal(result.exitCode, exitCode, result.stdout + result.stderr);
      assert.doesNotMatch(result.stdout, /\dQ~/, "no secret");
      await assertGolden(import.meta.url, `${name}.md`, aboutCredentials(result.stdout));
    };
    await markdown("first-deployment", 0);
    await stack.mustUp();
    await markdown("nothing-due", 0);
    await markdown("rotation-due", 0, "--at", "2026-04-25");
    const judged = JSON.parse((await keyturn(stack, ["preview", "--json"])).stdout);
    assert.ok(judged.rulesJudged > 10, `${judged.rulesJudged} rules of the pack were asked`);

    await stack.stack.setConfig("keyturn:credentials", { value: JSON.stringify(credentials([])) });
    await markdown("consumer-removed", 4);
    await stack.stack.setConfig("keyturn:credentials", {
      value: JSON.stringify(credentials([CONSUMER])),
    });

    await editState(stack, (text) => text.replaceAll(/("endDate": "[^"]+)Z"/g, '$1+00:00"'));
    await markdown("living-secret-replaced", 4);
    await editState(stack, (text) => text.replaceAll(/("endDate": "[^"]+)\+00:00"/g, '$1Z"'));

    await stack.sandbox.timeline.advance(55 * DAY_MS);
    await stack.mustUp();
    await stack.sandbox.timeline.advance(10 * DAY_MS);
    await markdown("retirement", 0);
  });

  it("says why it failed, with what the program says and without a stack trace", async (t) => {
    const stack = await keyturnStack(t, {
      seed: "preview-failed",
      nowMs: START_MS,
      settings: { credentials: credentials([CONSUMER]), rotation: { lifetime: "1 days" } },
    });
    const failed = await keyturn(stack, ["preview", "--json"]);
    assert.equal(failed.exitCode, 1, failed.stdout + failed.stderr);
    const { schemaVersion, errors, credentials: none } = JSON.parse(failed.stdout);
    assert.equal(schemaVersion, 1);
    assert.deepEqual(none, []);
    assert.ok(errors.includes("keyturn:rotation.period: is missing"), errors.join("\n"));
    assert.doesNotMatch(failed.stdout, /\.ts:\d+/);

    const [format, at] = await Promise.all([
      keyturn(stack, ["preview", "--format", "yaml"]),
      keyturn(stack, ["preview", "--at", "soon"]),
    ]);
    assert.equal(format.exitCode, 2);
    assert.match(format.stderr, /--format must be one of table, markdown, json, not "yaml"/);
    assert.equal(at.exitCode, 2);
  });
});

/** A golden file is about credentials alone: what else a stack has is not this test's concern. */
function aboutCredentials(markdown: string): string {
  return `${markdown
    .replace(/\n\*\*Other changes\*\*\n\n(- .*\n?)+/, "")
    .replace(/, \d+ other changes?/, "")
    .trimEnd()}\n`;
}

/** Changes what the stack remembers: the engine then finds another difference than there is. */
async function editState(stack: KeyturnStack, edit: (text: string) => string): Promise<void> {
  const { stdout } = succeeded(await stack.run(["stack", "export"]));
  const edited = edit(stdout);
  assert.notEqual(edited, stdout, "there is something to change");
  const file = join(stack.project, "edited.json");
  await writeFile(file, edited);
  succeeded(await stack.run(["stack", "import", "--file", file]));
}
