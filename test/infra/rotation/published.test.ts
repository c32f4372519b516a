import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { DAY_MS } from "../../../infra/duration.ts";
import {
  contradiction,
  otherSlot,
  type Published,
  type PublishedTags,
  parsePublished,
  publishedTags,
  rotateAfterMs,
  TagsError,
} from "../../../infra/rotation/published.ts";
import {
  CREATED_MS,
  CURRENT,
  DUE_MS,
  EXPIRES_MS,
  PREVIOUS,
  published,
} from "../../support/rotation-facts.ts";

/** What was written by the first release, to the letter: any later one must write and read just this. */
const FROZEN: PublishedTags = {
  credential: "mailman",
  clientId: "11111111-1111-4111-8111-111111111111",
  slot: "b",
  generation: "4",
  keyId: "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb",
  createdAt: "2027-01-10T02:00:00Z",
  expiresAt: "2027-04-10T02:00:00Z",
  rotateAfter: "2027-02-27T02:00:00Z",
  splayDays: "3",
  overlap: "7 days",
  previousGeneration: "3",
  previousKeyId: "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa",
  previousDates: "2026-11-24T02:00:00Z/2027-02-22T02:00:00Z/2027-01-10T02:00:00Z",
  retireAfter: "2027-01-17T03:00:00Z",
  request: "request-1",
};
const FULL = published({ previous: PREVIOUS, request: "request-1" });

describe("the tags of a published secret", () => {
  it("are what they have always been", () => {
    assert.deepEqual(publishedTags(FULL), FROZEN);
    assert.deepEqual(parsePublished("mailman", FROZEN, EXPIRES_MS), FULL);
  });

  it("leave out what is not there", () => {
    const { request: _request, ...rest } = FROZEN;
    const first = Object.fromEntries(
      Object.entries(rest).filter(([name]) => !/^(previous|retireAfter)/.test(name)),
    );
    assert.deepEqual(publishedTags(published()), first);
  });

  it("are at most 15 of 256 characters each, which is all that Key Vault takes", () => {
    const tags = publishedTags({ ...FULL, credential: "c".repeat(60), request: "r".repeat(64) });
    assert.ok(Object.keys(tags).length <= 15);
    for (const [name, text] of Object.entries(tags))
      assert.ok(name.length <= 256 && text.length <= 256, name);
  });

  it("are read back as they were written", () => {
    const seconds = (min: number, max: number) => fc.integer({ min, max }).map((each) => each * 1000);
    const term = fc.record({
      splayDays: fc.integer({ min: 0, max: 999 }),
      overlapMs: seconds(1, 9_999_999),
      rotateAfterMs: seconds(0, 4_000_000_000),
      request: fc.option(fc.stringMatching(/^[A-Za-z0-9._:-]{1,64}$/), { nil: undefined }),
      previous: fc.option(
        fc.record(
          {
            slot: fc.constant(otherSlot(CURRENT.slot)),
            generation: fc.integer({ min: 5, max: 999_999_999 }),
            keyId: fc.uuid(),
            createdAtMs: seconds(0, 4_000_000_000),
            expiresAtMs: seconds(0, 4_000_000_000),
            replacedAtMs: seconds(0, 4_000_000_000),
            retireAfterMs: seconds(0, 4_000_000_000),
          },
          { noNullPrototype: true },
        ),
        { nil: undefined },
      ),
    });
    fc.assert(
      fc.property(term, (over) => {
        const each = published(over);
        assert.deepEqual(parsePublished("mailman", publishedTags(each), EXPIRES_MS), each);
      }),
    );
  });
});

describe("tags that were edited by hand", () => {
  const problemsOf = (
    edit: Partial<Record<string, string | undefined>>,
    expiresAtMs = EXPIRES_MS,
  ): string => {
    const edited = Object.entries({ ...FROZEN, ...edit }).filter(([, text]) => text !== undefined);
    try {
      parsePublished("mailman", Object.fromEntries(edited) as PublishedTags, expiresAtMs);
      return "";
    } catch (error) {
      assert.ok(error instanceof TagsError);
      return error.message.replace("the tags of the published secret are inconsistent: ", "");
    }
  };

  for (const name of Object.keys(FROZEN).filter((each) => each !== "request")) {
    it(`without ${name} are inconsistent`, () => {
      assert.equal(problemsOf({ [name]: undefined }), `tag ${name} is missing`);
    });

    it(`with a senseless ${name} are inconsistent, and the tag and its value are named`, () => {
      const text = problemsOf({ [name]: "nonsense" });
      assert.match(text, new RegExp(`^tag ${name} is "nonsense" instead of .+`));
    });
  }

  const edits: readonly (readonly [what: string, edit: Record<string, string>, problem: string])[] = [
    [
      "belong to another credential",
      { credential: "other" },
      'tag credential is "other" instead of "mailman"',
    ],
    ["have a generation from 1 on", { generation: "0" }, 'tag generation is "0" instead of a number from 1'],
    [
      "have a moment in one form only",
      { rotateAfter: "2027-02-27T02:00:00.000Z" },
      'tag rotateAfter is "2027-02-27T02:00:00.000Z" instead of a moment such as 2026-11-24T02:00:00Z',
    ],
    [
      "end after they begin",
      { createdAt: "2027-04-10T02:00:00Z" },
      "tag expiresAt is not after tag createdAt",
    ],
    [
      "do not count one generation twice",
      { previousGeneration: "4" },
      "tags generation and previousGeneration are the same",
    ],
    [
      "have three moments for the previous secret",
      { previousDates: "2026-11-24T02:00:00Z/2027-02-22T02:00:00Z" },
      'tag previousDates is "2026-11-24T02:00:00Z/2027-02-22T02:00:00Z" instead of three moments with slashes between them',
    ],
  ];
  for (const [what, edit, problem] of edits) it(what, () => assert.equal(problemsOf(edit), problem));

  it("end when the version does", () => {
    assert.equal(
      problemsOf({}, EXPIRES_MS + 1000),
      "tag expiresAt (2027-04-10T02:00:00Z) differs from the version's expiry (2027-04-10T02:00:01Z)",
    );
  });

  it("are told of all at once, each value cut short", () => {
    const text = problemsOf({ slot: "c", generation: undefined, keyId: "x".repeat(500) });
    assert.match(
      text,
      /tag slot is "c" instead of a or b; tag generation is missing; tag keyId is "x{60}" instead/,
    );
  });

  it("never throw anything else, whatever they say", () => {
    const anything = fc.dictionary(
      fc.constantFrom(...Object.keys(FROZEN), "__proto__", "constructor"),
      fc.oneof(fc.string(), fc.constantFrom(...Object.values(FROZEN))),
    );
    fc.assert(
      fc.property(anything, (tags) => {
        try {
          parsePublished("mailman", tags, undefined);
        } catch (error) {
          assert.ok(error instanceof TagsError);
        }
      }),
    );
  });
});

describe("tags against what the stack remembers", () => {
  const edited = (over: Partial<Published>) => contradiction({ ...FULL, ...over }, FULL);

  it("agree when nothing was changed, and when a key was made again", () => {
    assert.equal(edited({}), undefined);
    assert.equal(
      edited({ current: { ...CURRENT, keyId: "cccccccc-cccc-4ccc-8ccc-cccccccccccc" } }),
      undefined,
    );
    assert.equal(edited({ request: "another" }), undefined);
  });

  it("agree about a publication that the stack does not know yet", () => {
    const next: Published = published({
      current: {
        slot: "a",
        generation: 5,
        keyId: "cccccccc-cccc-4ccc-8ccc-cccccccccccc",
        createdAtMs: DUE_MS,
        expiresAtMs: DUE_MS + 90 * DAY_MS,
      },
      rotateAfterMs: DUE_MS + 50 * DAY_MS,
      previous: { ...CURRENT, replacedAtMs: DUE_MS, retireAfterMs: DUE_MS + 7 * DAY_MS },
    });
    assert.equal(contradiction(next, FULL), undefined);
  });

  for (const [what, over, says] of [
    ["the slot", { current: { ...CURRENT, slot: "a" as const } }, /generation 4 .* differ in slot/],
    ["the dates", { current: { ...CURRENT, createdAtMs: CREATED_MS - 1000 } }, /differ in createdAtMs/],
    ["the generation", { current: { ...CURRENT, generation: 9 } }, /differ in generation/],
    [
      "the previous secret's dates",
      { previous: { ...PREVIOUS, expiresAtMs: PREVIOUS.expiresAtMs + 1000 } },
      /generation 3 .* differ in expiresAtMs/,
    ],
    ["the application", { clientId: "22222222-2222-4222-8222-222222222222" }, /differ in clientId/],
    ["the next rotation", { rotateAfterMs: DUE_MS + DAY_MS }, /differ in rotateAfter/],
    ["the promise", { overlapMs: DAY_MS, splayDays: 0 }, /differ in splayDays, overlap/],
    [
      "how long the previous secret is kept",
      { previous: { ...PREVIOUS, retireAfterMs: CREATED_MS } },
      /the tags of generation 4 and what was published differ in retireAfter/,
    ],
  ] as const) {
    it(`differ if ${what} was changed by hand`, () => assert.match(edited(over) ?? "", says));
  }
});

describe("the date of the next rotation", () => {
  it("is the period and the splay after the secret was made", () => {
    assert.equal(rotateAfterMs(CREATED_MS, 45 * DAY_MS, 3), DUE_MS);
  });

  it("is for the other slot", () => assert.deepEqual([otherSlot("a"), otherSlot("b")], ["b", "a"]));
});
