import { AssertionError } from "node:assert";
import { PHASES, survive } from "../test/support/crash-phases.ts";

/**
 * Kills the engine at every operation of every phase of a credential's life, before and after the operation
 * was carried out, and counts what `keyturn up` settles. Takes about half an hour.
 * `node bench/crash-points.ts [phase …]`
 */
const MOST_OPERATIONS = 60;
const wanted = process.argv.slice(2);
let tried = 0;
const failures: string[] = [];

for (const phase of PHASES.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  let points = 0;
  for (const after of [false, true]) {
    for (let n = 1; n <= MOST_OPERATIONS; n++) {
      const cleanUps: (() => unknown)[] = [];
      const t = { after: (cleanUp: () => unknown) => void cleanUps.push(cleanUp) };
      try {
        if ((await survive(t as never, phase, n, after)) === "ended") break;
        points++;
      } catch (error) {
        points++;
        const reason = error instanceof AssertionError ? error.message : String(error);
        failures.push(
          `${phase.name}, operation ${n}, ${after ? "after" : "before"}: ${reason.slice(0, 2000)}`,
        );
        process.stderr.write(`FAILED ${failures.at(-1)}\n`);
      } finally {
        for (const cleanUp of cleanUps.toReversed()) await cleanUp();
      }
    }
  }
  tried += points;
  process.stdout.write(`${phase.name}: ${points} points tried\n`);
}
process.stdout.write(`${tried} points tried, ${tried - failures.length} survived\n`);
process.exitCode = failures.length > 0 ? 1 : 0;
