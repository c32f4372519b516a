// `npm test` runs all tests, `npm test -- <files>` only those. As many files at once as the machine has room for.
import { availableParallelism, totalmem } from "node:os";
import { runNode24 } from "./node-24.js";

/** An engine with its program and policy pack, and the sandbox, at their largest. */
const BYTES_OF_A_FILE = 1.5 * 2 ** 30;
/** Two wait for each other less than they get in each other's way, even on one core. */
const FEWEST_AT_ONCE = 2;
/** More than that has not been tried. */
const MOST_AT_ONCE = 8;

const roomFor = Math.min(availableParallelism(), Math.floor(totalmem() / BYTES_OF_A_FILE));
const atOnce = Math.max(FEWEST_AT_ONCE, Math.min(MOST_AT_ONCE, roomFor));
const files = process.argv.slice(2);

runNode24([
  "--test",
  `--test-concurrency=${atOnce}`,
  // Of one test; the few that take longer say so themselves.
  "--test-timeout=300000",
  "--test-global-setup=test/support/global-setup.ts",
  ...(files.length > 0 ? files : ["test/**/*.test.ts"]),
]);
