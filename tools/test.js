// `npm test` runs all tests, `npm test -- <files>` only those.
import { runNode24 } from "./node-24.js";

/** Test files at once. More have not been tried: one alone may run an engine, its program and its policy pack. */
const AT_ONCE = 2;
const files = process.argv.slice(2);

runNode24([
  "--test",
  `--test-concurrency=${AT_ONCE}`,
  // Of one test; the few that take longer say so themselves.
  "--test-timeout=300000",
  "--test-global-setup=test/support/global-setup.ts",
  ...(files.length > 0 ? files : ["test/**/*.test.ts"]),
]);
