import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { FaultRequest } from "../../../sandbox/faults/rule.ts";
import type { Kind } from "../../support/crash/attack.ts";
import { PHASES, type PhaseName, prepareWorlds } from "../../support/crash/phases.ts";
import { type Moment, strikeOf } from "../../support/crash/points.ts";
import { survive } from "../../support/crash/survive.ts";
import type { PreparedWorld } from "../../support/crash/world.ts";

// The points that were hardest to get right; `npm run crash-points` tries every one (docs/crash-safety.md).

const PASSWORD = "azuread/index/ApplicationPassword/*";
const PUBLISHED = "azure-native/keyvault/Secret/*";

interface Blow {
  kind: Kind;
  match: FaultRequest["match"];
  moment: Moment;
  /** Default: killed or failed, by the kind. */
  end?: "unharmed";
}

const made = (path: string) => ({ operation: "*.{create,update}", path });
const deleted = (path: string) => ({ operation: "*.delete", path });

const BLOWS: Readonly<Record<PhaseName, readonly Blow[]>> = {
  "first deployment": [
    { kind: "engine-killed", match: made("azuread/index/Application/*"), moment: "after" },
  ],
  rotation: [
    { kind: "engine-killed", match: made(PASSWORD), moment: "after" },
    { kind: "engine-killed", match: made(PUBLISHED), moment: "after" },
    { kind: "sandbox-killed", match: made(PASSWORD), moment: "after" },
    { kind: "outage", match: { operation: "login.token" }, moment: "before" },
  ],
  retirement: [
    { kind: "engine-killed", match: deleted(PASSWORD), moment: "after" },
    // Found out, and settled, by the struck command itself.
    { kind: "operation-fails", match: deleted(PASSWORD), moment: "after", end: "unharmed" },
  ],
  revocation: [{ kind: "engine-killed", match: made(PASSWORD), moment: "before" }],
  recovery: [
    { kind: "command-stopped", match: { operation: "graph.application.removePassword" }, moment: "before" },
  ],
};

const atEnd: (() => unknown)[] = [];
const suite = { after: (cleanUp: unknown) => void atEnd.push(cleanUp as () => unknown) };
let worlds: Map<PhaseName, PreparedWorld>;
function worldOf(phase: PhaseName): PreparedWorld {
  const world = worlds.get(phase);
  assert.ok(world !== undefined);
  return world;
}
before(async () => {
  worlds = await prepareWorlds(suite);
});
after(async () => {
  for (const cleanUp of atEnd.toReversed()) await cleanUp();
});

for (const phase of Object.values(PHASES)) {
  describe(`the next update after a ${phase.name}`, () => {
    for (const blow of BLOWS[phase.name]) {
      const where = `${blow.match?.operation} ${blow.match?.path ?? ""}`.trim();
      it(`settles ${blow.kind} ${blow.moment} ${where}`, async (t) => {
        const survived = await survive(t, worldOf(phase.name), {
          phase: phase.name,
          strike: strikeOf(blow.kind, blow.match, 1, blow.moment),
          seed: where,
        });
        const expected = blow.end ?? (blow.kind === "engine-killed" ? "killed" : "failed");
        assert.equal(survived.struck.end, expected);
        assert.equal(survived.backedOff, blow.kind === "outage");
      });
    }
  });
}
