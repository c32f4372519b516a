import { parseArgs } from "node:util";
import { simulate } from "../test/support/rotation-world/simulate.ts";

/** `npm run simulate -- --seed N --histories N --steps N [--json]`: as many random histories as one likes. */
const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    histories: { type: "string", default: "10000" },
    steps: { type: "string", default: "60" },
    json: { type: "boolean", default: false },
  },
});
const numbers = {
  seed: Number(values.seed),
  histories: Number(values.histories),
  steps: Number(values.steps),
};
const wrong = Object.entries(numbers).filter(([, value]) => !Number.isInteger(value) || value < 1);
if (wrong.length > 0) {
  process.stderr.write(wrong.map(([name]) => `--${name} must be a whole number from 1\n`).join(""));
  process.exit(2);
}
const report = simulate(numbers);
if (values.json) {
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
