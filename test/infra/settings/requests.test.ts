import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SettingsError } from "../../../infra/settings/load.ts";
import { withRequests } from "../../../infra/settings/requests.ts";
import { rawCredential, settings } from "../../support/settings-facts.ts";

const parsed = settings({ credentials: [rawCredential(), rawCredential({ name: "other" })] });
const rotate = { id: "1", action: "rotate", reason: "a test" };

function problems(text: string): string[] {
  try {
    withRequests(parsed, text);
    return [];
  } catch (error) {
    assert.ok(error instanceof SettingsError);
    return error.message
      .split("\n")
      .slice(1)
      .map((line) => line.trim());
  }
}

describe("requests for one update", () => {
  it("stand over those of the stack's file, for the credentials that they name", () => {
    const [first, second] = withRequests(parsed, JSON.stringify({ other: rotate })).credentials;
    assert.equal(first?.request, undefined);
    assert.deepEqual(second?.request, rotate);
  });

  it("are optional", () => {
    assert.equal(withRequests(parsed, undefined), parsed);
    assert.equal(withRequests(parsed, ""), parsed);
  });

  it("must be for credentials that there are", () => {
    assert.deepEqual(problems(JSON.stringify({ nobody: rotate, noone: rotate })), [
      'KEYTURN_REQUESTS: there is no credential "nobody"; known: mailman, other',
      'KEYTURN_REQUESTS: there is no credential "noone"; known: mailman, other',
    ]);
  });

  it("must be well formed: everything that is wrong is named", () => {
    assert.deepEqual(problems("{"), ["KEYTURN_REQUESTS: must be JSON"]);
    assert.deepEqual(
      problems(JSON.stringify({ mailman: { id: "", action: "rotate" }, other: { ...rotate, by: "me" } })),
      [
        'KEYTURN_REQUESTS.mailman.id: must be 1 to 64 letters, digits, dots, dashes, colons or underscores (is "")',
        "KEYTURN_REQUESTS.mailman.reason: is missing",
        "KEYTURN_REQUESTS.other.by: is no setting",
      ],
    );
    for (const text of ["[]", "null", '"rotate"', '{"mailman": null}'])
      assert.equal(problems(text).length, 1, text);
  });
});
