import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { cutText, type TextLimit } from "../../../cli/forge/cut-text.ts";
import { pullRequestOf } from "../../../cli/forge/github-event.ts";
import { hasKey, hiddenKey, withKey } from "../../../cli/forge/hidden-key.ts";

const sizeOf = (text: string, { unit }: TextLimit) =>
  unit === "bytes" ? Buffer.byteLength(text) : text.length;

describe("a text that is cut", () => {
  it("is left as it is if it fits, to the last character", () => {
    const text = "äöü\nx";
    assert.equal(cutText(text, { most: 5, unit: "characters" }), text);
    assert.equal(cutText(text, { most: 8, unit: "bytes" }), text);
  });

  it("never is too long, and always says that something is missing", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: "grapheme", maxLength: 80 }), { minLength: 50, maxLength: 200 }),
        fc.integer({ min: 400, max: 2000 }),
        fc.constantFrom("bytes" as const, "characters" as const),
        (lines, most, unit) => {
          const text = lines.join("\n");
          const cut = cutText(text, { most, unit }, "CUT");
          assert.ok(sizeOf(cut, { most, unit }) <= most);
          assert.equal(cut === text, sizeOf(text, { most, unit }) <= most);
          if (cut !== text) assert.match(cut, /CUT\n$/);
        },
      ),
    );
  });

  it("keeps lines whole, and closes what it opened", () => {
    const text = [
      "<details><summary>many</summary>",
      "",
      "```yaml",
      ...Array.from({ length: 200 }, (_, line) => `line: ${line}`),
      "```",
      "</details>",
    ].join("\n");
    const cut = cutText(text, { most: 600, unit: "characters" }, "CUT");
    assert.match(cut, /line: \d+\n```\n<\/details>\n\nCUT\n$/);
    assert.ok(text.startsWith(cut.slice(0, cut.indexOf("\n```\n</details>"))));
  });

  it("is empty but for the word if its first line alone is too long", () => {
    assert.equal(cutText("x".repeat(10_000), { most: 500, unit: "characters" }, "CUT").trim(), "CUT");
  });
});

describe("a hidden key", () => {
  it("is found where it was hidden, and nowhere else", () => {
    assert.ok(hasKey(withKey("preview/dev", "text"), "preview/dev"));
    assert.ok(hasKey(withKey("preview/dev", "text").replaceAll("\n", "\r\n"), "preview/dev"));
    for (const body of [
      undefined,
      null,
      "",
      "text",
      `> ${hiddenKey("preview/dev")}`,
      withKey("preview/development", "x"),
    ]) {
      assert.equal(hasKey(body, "preview/dev"), false);
    }
  });

  it("is nothing that could end the comment it is hidden in", () => {
    for (const key of ["", "a--b", "a -->", "x\ny", "ä", "-x", "x".repeat(200)]) {
      assert.throws(() => hiddenKey(key), /cannot be hidden/);
    }
  });
});

describe("the event of a run", () => {
  const sha = "a".repeat(40);
  const pull = (head: string | null) => ({
    pull_request: {
      number: 7,
      head: { sha, repo: head === null ? null : { full_name: head } },
      base: { repo: { full_name: "sell/keyturn" } },
    },
  });

  it("says which pull request it is about", () => {
    assert.deepEqual(pullRequestOf(pull("sell/keyturn")), { number: 7, head: sha, fromFork: false });
    assert.equal(pullRequestOf({ ref: "refs/heads/main" }), undefined);
  });

  it("says that it comes from a fork, even from one that is gone", () => {
    assert.equal(pullRequestOf(pull("mallory/keyturn"))?.fromFork, true);
    assert.equal(pullRequestOf(pull(null))?.fromFork, true);
  });

  it("is refused if it is not what GitHub sends", () => {
    const odd = pull("sell/keyturn");
    assert.throws(() =>
      pullRequestOf({ pull_request: { ...odd.pull_request, head: { sha: "main; rm -rf" } } }),
    );
  });
});
