/** What a difference between two indexes may come to: well below a page, so that no lost page passes for it. */
const MOST_BY_LAG = 100;
/** What may come and go while a list is read. */
const MOST_BY_CHANGE = 10;

/**
 * How many entries may be missing from a collection of `expected` before that means that pages were lost: 2, or one in
 * a hundred, up to a limit.
 * @param sameIndex the count comes with the pages themselves. Otherwise it comes from an index that lags behind.
 */
export function toleratedMissing(expected: number, sameIndex: boolean): number {
  return Math.max(2, Math.min(sameIndex ? MOST_BY_CHANGE : MOST_BY_LAG, Math.floor(expected / 100)));
}
