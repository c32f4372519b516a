import { integerBetween, type Randomness } from "../../randomness.ts";
import type { FrameworkResource } from "../bridge/framework-resource.ts";
import { keepers, keepersReplace } from "./keepers.ts";

const ADVERBS =
  "barely boldly briskly calmly deeply evenly fairly gently highly keenly kindly loudly mildly neatly openly plainly quietly rarely safely simply smoothly solely surely vastly wholly widely";
const ADJECTIVES =
  "able amber brave brisk calm clean clever cosy eager fair fond fresh glad grand handy happy honest keen kind loyal lucid merry mild neat noble proud quick quiet rapid ready sharp smart solid steady sunny sweet tidy vivid warm wise";
const ANIMALS =
  "ant badger bat bear beaver bee bison boar camel cat cod cow crab crane crow deer dog dove duck eagle eel elk falcon finch fox frog goat goose hare hawk heron horse koala lark lion lynx mole moose moth mouse newt otter owl panda pony puma rabbit raven robin salmon seal shark sheep shrew skunk snail sole squid stork swan tiger toad trout viper walrus wasp whale wolf wren zebra";

/** https://www.pulumi.com/registry/packages/random/api-docs/randompet/ */
export function randomPet(randomness: Randomness): FrameworkResource {
  const pick = (words: string) => {
    const list = words.split(" ");
    return list[integerBetween(randomness, 0, list.length - 1)];
  };
  return {
    schema: {
      keepers,
      length: { type: "int", use: "optional", forceNew: true, default: 2 },
      prefix: { type: "string", use: "optional", forceNew: true },
      separator: { type: "string", use: "optional", forceNew: true, default: "-" },
    },
    replaces: (property, recorded, planned) => property !== "keepers" || keepersReplace(recorded, planned),
    async create({ length, prefix, separator }) {
      const words = [
        ...Array.from({ length: Math.max(0, Number(length) - 2) }, () => pick(ADVERBS)),
        ...(Number(length) >= 2 ? [pick(ADJECTIVES)] : []),
        pick(ANIMALS),
      ];
      const id = [...(prefix ? [prefix] : []), ...words].join(String(separator));
      return { id, outputs: { prefix: prefix || null } };
    },
  };
}
