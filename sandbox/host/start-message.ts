import { z } from "zod";
import type { StoreOrigin } from "../file-store.ts";

/** What a starting process tells the one that started it. */
export type StartMessage =
  | { kind: "ready"; origin: StoreOrigin }
  /** Another process has the folder. */
  | { kind: "locked" }
  /** Something that the user can put right. */
  | { kind: "refused"; message: string }
  | { kind: "failed"; message: string };

export const startMessage: z.ZodType<StartMessage> = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("ready"),
    origin: z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("new") }),
      z.object({ kind: z.literal("resumed") }),
      z.object({ kind: z.literal("replaced"), keptAs: z.string(), reason: z.string() }),
    ]),
  }),
  z.object({ kind: z.literal("locked") }),
  z.object({ kind: z.literal("refused"), message: z.string() }),
  z.object({ kind: z.literal("failed"), message: z.string() }),
]);
