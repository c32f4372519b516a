import type { Review } from "../forge/reviews.ts";
import type { Effect } from "./effect.ts";
import { reviewRecordIn } from "./review-record.ts";

export interface DeploymentFacts {
  /** What this update would do besides rotations that are due. */
  effects: readonly Effect[];
  /** Of those effects. */
  digest: string;
  /** A digest that somebody has given by hand; undefined if nobody has. */
  given: string | undefined;
  /** The commit that is deployed; undefined by hand. */
  commit: string | undefined;
  /** The pull request that brought it. */
  review: Review | undefined;
}

export type DeploymentVerdict = { apply: true; because: string } | { apply: false; because: string };

/**
 * Whether what an update would do is what people have seen: in a pull request's comment, or in the preview whose digest
 * they give. What time alone adds, a rotation that has become due, needs no review. Pure.
 */
export function judgeDeployment({
  effects,
  digest,
  given,
  commit,
  review,
}: DeploymentFacts): DeploymentVerdict {
  if (given !== undefined) {
    return given === digest
      ? { apply: true, because: "this is what the digest given by hand stands for" }
      : refuse(`this is not what the given digest ${given} stands for: its digest is ${digest}`);
  }
  if (effects.length === 0) return { apply: true, because: "nothing but what is due by plan would change" };
  if (commit === undefined) return refuse("by hand, the digest of what was read has to be given");
  if (review === undefined)
    return refuse(`no pull request brought commit ${short(commit)}: nobody was shown this`);
  const pull = `pull request ${review.number}`;
  if (review.comment === undefined) return refuse(`${pull} was shown no preview of this stack`);
  const record = reviewRecordIn(review.comment);
  if (record === undefined) return refuse(`the last preview in ${pull} failed`);
  if (record.head !== review.head) {
    return refuse(
      `${pull} was merged at ${short(review.head)}, but its last preview was of ${short(record.head)}`,
    );
  }
  return record.digest === digest
    ? { apply: true, because: `this is what ${pull} showed` }
    : refuse(
        `this is not what ${pull} showed: something else was merged, deployed or changed in Azure since then`,
      );
}

function refuse(because: string): DeploymentVerdict {
  return { apply: false, because };
}

function short(commit: string): string {
  return commit.slice(0, 10);
}
