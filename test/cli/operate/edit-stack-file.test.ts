import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { proposeEdit } from "../../../cli/operate/edit-stack-file.ts";
import { withCredential, withHold } from "../../../cli/operate/stack-file.ts";
import type { Violation } from "../../../infra/settings/consistency.ts";
import { scriptedEngine } from "../../support/scripted-engine.ts";
import { ID, OTHER_ID, rawCredential, rawSettings } from "../../support/settings-facts.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const HOLD = { until: Date.UTC(2026, 11, 24), reason: "freeze", pastSafeDate: false };
const FEDERATED = rawCredential({
  name: "pipeline",
  federated: [{ name: "ci", issuer: "https://token.example.com", subject: "repo:x" }],
});

/** A stack's file with these credentials, and how a change of it goes. */
function fileWith(t: TestContext, credentials: unknown[]) {
  const folder = temporaryFolder(t);
  const file = join(folder, "Pulumi.dev.yaml");
  writeFileSync(file, `# ours\nconfig:\n  keyturn:credentials: ${JSON.stringify(credentials)}\n`);
  const before = readFileSync(file, "utf8");
  const config = Object.entries(rawSettings({ credentials })).map(([name, value]) => [
    `keyturn:${name}`,
    { value: typeof value === "string" ? value : JSON.stringify(value) },
  ]);
  const engine = scriptedEngine(
    (command) => {
      assert.equal(command, "config --json --show-secrets");
      return JSON.stringify(Object.fromEntries(config));
    },
    { stack: "organization/keyturn/dev" },
  );
  const propose = (change: (text: string) => string, objections: Violation[] = []) =>
    proposeEdit(engine, folder, change, objections);
  const refusal = async (change: (text: string) => string, objections?: Violation[]) => {
    const error = await propose(change, objections).then(
      () => assert.fail("it was accepted"),
      (thrown: Error & { exitCode?: number }) => thrown,
    );
    assert.equal(error.exitCode, 2);
    assert.equal(readFileSync(file, "utf8"), before);
    return error.message;
  };
  return { file, propose, refusal };
}

describe("a change of a stack's file", () => {
  it("is written when it is told to be, not before, and the settings are those after it", async (t) => {
    const { file, propose } = fileWith(t, [rawCredential()]);
    const edit = await propose((text) => withHold(text, "mailman", HOLD));
    assert.equal(edit.file, file);
    assert.equal(edit.settings.credentials[0]?.hold?.until, HOLD.until);
    assert.doesNotMatch(readFileSync(file, "utf8"), /freeze/);
    await edit.write();
    assert.match(readFileSync(file, "utf8"), /^# ours\n.*freeze/s);
  });

  it("is refused with everything that is wrong, since wrong settings stop all rotation", async (t) => {
    const { refusal } = fileWith(t, [rawCredential(), FEDERATED]);
    const over = { path: "credentials.mailman.hold.until", message: "is over already" };
    assert.match(
      await refusal((text) => withHold(text, "mailman", { ...HOLD, reason: "" }), [over]),
      /^2 settings are wrong.*credentials\[0\]\.hold\.reason: must not be empty.*hold\.until: is over already/s,
    );
    assert.match(
      await refusal((text) => withHold(text, "mailman", HOLD), [over]),
      /^1 setting is wrong.*is over/s,
    );
    assert.match(
      await refusal((text) => withHold(text, "pipeline", HOLD)),
      /credentials\[1\]\.hold: speaks of a secret, but the credential is federated/,
    );
    assert.match(
      await refusal((text) =>
        withCredential(text, {
          name: "Bad Name",
          application: { clientId: ID },
          consumers: [{ name: "X Y", principalId: OTHER_ID }],
        }),
      ),
      /^2 settings are wrong.*credentials\[2\]\.name: must be 1 to 60.*consumers\[0\]\.name/s,
    );
  });

  it("is refused where it contradicts a request in the file", async (t) => {
    const request = { id: "r-1", action: "rotate", reason: "spring" };
    const { refusal } = fileWith(t, [rawCredential({ request })]);
    assert.match(
      await refusal((text) => withHold(text, "mailman", HOLD)),
      /credentials\[0\]\.request: asks to rotate while the credential is held/,
    );
  });

  it("can put right a setting that is wrong", async (t) => {
    const { propose } = fileWith(t, [rawCredential({ hold: { until: "2026-12-24", reason: "" } })]);
    const { settings } = await propose((text) => withHold(text, "mailman", undefined));
    assert.equal(settings.credentials[0]?.hold, undefined);
  });

  it("is refused where there is no file, or no list in it", async (t) => {
    const { file, refusal, propose } = fileWith(t, [rawCredential()]);
    const noList = 'config:\n  keyturn:credentials: "not json"\n';
    assert.match(
      await refusal(() => withHold(noList, "mailman", HOLD)),
      /^keyturn:credentials in the stack's file must be a list, or a list as JSON, not "not json"$/,
    );
    assert.match(await refusal(() => withHold("a: [", "mailman", HOLD)), /^the stack's file is no YAML/);
    rmSync(file);
    await assert.rejects(
      propose((text) => text),
      { exitCode: 2, message: `${file} cannot be read: ENOENT` },
    );
  });
});
