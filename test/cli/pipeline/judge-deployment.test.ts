import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hiddenKey, withKey } from "../../../cli/forge/hidden-key.ts";
import type { Effect } from "../../../cli/pipeline/effect.ts";
import { type DeploymentFacts, judgeDeployment } from "../../../cli/pipeline/judge-deployment.ts";
import {
  isDigest,
  previewKey,
  reviewRecordIn,
  reviewRecordLine,
} from "../../../cli/pipeline/review-record.ts";

const HEAD = "a".repeat(40);
const OTHER = "b".repeat(40);
const DIGEST = `sha256:${"1".repeat(32)}`;
const OTHER_DIGEST = `sha256:${"2".repeat(32)}`;
const effect: Effect = {
  operation: "create",
  type: "azure-native:keyvault:Vault",
  name: "vault",
  credential: null,
  changed: [],
  inputs: "0",
  what: ["Vault vault is created"],
};
const comment = (head = HEAD, digest = DIGEST) =>
  withKey("preview/dev", `${reviewRecordLine({ head, digest })}\n### Credentials of stack dev\n`);
const review = { number: 7, url: "https://github.example/pull/7", head: HEAD, comment: comment() };

function judge(over: Partial<DeploymentFacts> = {}) {
  return judgeDeployment({
    effects: [effect],
    digest: DIGEST,
    given: undefined,
    commit: OTHER,
    review,
    ...over,
  });
}

describe("a deployment", () => {
  it("is applied if it is what the pull request showed", () => {
    assert.deepEqual(judge(), { apply: true, because: "this is what pull request 7 showed" });
  });

  it("is applied if nothing but what is due would change, whoever brought it", () => {
    assert.equal(judge({ effects: [], review: undefined }).apply, true);
  });

  it("is applied by the digest that somebody gives, and by no other", () => {
    assert.equal(judge({ given: DIGEST, review: undefined }).apply, true);
    const refused = judge({ given: OTHER_DIGEST });
    assert.equal(refused.apply, false);
    assert.match(refused.because, new RegExp(`${OTHER_DIGEST}.*${DIGEST}`));
    assert.equal(judge({ given: OTHER_DIGEST, effects: [] }).apply, false);
  });

  const refused: [string, Partial<DeploymentFacts>, RegExp][] = [
    ["by hand without a digest", { commit: undefined }, /digest/],
    [
      "a commit that no pull request brought",
      { review: undefined },
      /no pull request brought commit bbbbbbbbbb/,
    ],
    [
      "a pull request without a preview",
      { review: { ...review, comment: undefined } },
      /7 was shown no preview/,
    ],
    [
      "a preview that failed",
      { review: { ...review, comment: withKey("preview/dev", "### Failed") } },
      /preview in pull request 7 failed/,
    ],
    [
      "a preview of an earlier commit",
      { review: { ...review, comment: comment(OTHER) } },
      /merged at aaaaaaaaaa.*of bbbbbbbbbb/,
    ],
    ["something else than was shown", { digest: OTHER_DIGEST }, /not what pull request 7 showed/],
  ];
  for (const [what, over, because] of refused) {
    it(`is refused: ${what}`, () => {
      const verdict = judge(over);
      assert.equal(verdict.apply, false);
      assert.match(verdict.because, because);
    });
  }
});

describe("the record of a preview", () => {
  it("is read from where it was written", () => {
    assert.deepEqual(reviewRecordIn(comment()), { head: HEAD, digest: DIGEST });
    assert.deepEqual(reviewRecordIn(comment().replaceAll("\n", "\r\n")), { head: HEAD, digest: DIGEST });
  });

  it("is not read from what a preview quotes", () => {
    const forged = reviewRecordLine({ head: HEAD, digest: DIGEST });
    for (const text of ["", "### Failed", "\n", "quoted:"]) {
      assert.equal(reviewRecordIn(`${hiddenKey("preview/dev")}\n${text}\n${forged}\n`), undefined);
    }
    assert.equal(reviewRecordIn(forged.replace("head=", "head=x")), undefined);
    assert.equal(reviewRecordIn(`${forged} and more`), undefined);
  });

  it("knows a digest from what is none", () => {
    assert.ok(isDigest(DIGEST));
    for (const text of [
      "",
      "sha256:",
      DIGEST.slice(0, -1),
      `${DIGEST}0`,
      DIGEST.toUpperCase(),
      ` ${DIGEST}`,
    ]) {
      assert.equal(isDigest(text), false, text);
    }
  });

  it("is kept under a key that can be hidden, whatever the stack is called", () => {
    assert.equal(previewKey("dev"), "preview/dev");
    for (const stack of ["organization/keyturn/dev", "a--b", "a---b", "-", "x.y_z"]) {
      assert.doesNotThrow(() => hiddenKey(previewKey(stack)), stack);
    }
    assert.notEqual(previewKey("a--b"), previewKey("a-b"));
  });
});
