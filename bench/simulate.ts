import { simulate } from "../test/support/rotation-world/simulate.ts";
import { argumentsOrUsage } from "./arguments.ts";
import { parseSimulationArgs, USAGE } from "./simulation/arguments.ts";

/** How often it is said how far it is, in histories. */
const TELL_EACH = 1000;

const { json, ...numbers } = argumentsOrUsage(parseSimulationArgs, USAGE);
const report = simulate({
  ...numbers,
  onHistory: (done) => {
    if (done % TELL_EACH === 0) process.stderr.write(`${done} of ${numbers.histories} histories\n`);
  },
});
if (json) {
  process.stdout.write(`${JSON.stringify({ schemaVersion: 1, ...numbers, ...report }, null, 2)}\n`);
} else {
  const list = (counts: Record<string, number>) =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${Math.round(count)}`)
      .join(", ");
  const { consumerHours: hours } = report;
  process.stdout.write(
    [
      `histories        ${report.histories}`,
      `updates          ${report.updates}`,
      `published        ${list(report.published)}`,
      `ended otherwise  ${list(report.endedOtherwise)}`,
      `faults           ${list(report.faults)}`,
      `consumer-hours   ${Math.round(hours.all)}, without a working secret ${hours.withoutSecret}`,
      `  excused        ${list(hours.excused)}`,
      ...report.violations.flatMap(({ seed, message, history }) => [
        `VIOLATION, seed ${seed}: ${message}`,
        history,
      ]),
      "",
    ].join("\n"),
  );
}
process.exitCode = report.violations.length > 0 || report.consumerHours.withoutSecret > 0 ? 1 : 0;
