import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { parseCrashPointArgs } from "../../bench/crash/arguments.ts";
import { parseSimulationArgs } from "../../bench/simulation/arguments.ts";
import { runProcess } from "../../tools/run-process.ts";

const script = (name: string, ...args: string[]) =>
  runProcess(process.execPath, [`bench/${name}.ts`, ...args], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: process.env,
    timeoutMs: 60_000,
  });

describe("the arguments of the long runs", () => {
  it("of the simulation have defaults, and may be set", () => {
    assert.deepEqual(parseSimulationArgs([]), { seed: 1, histories: 10_000, steps: 60, json: false });
    const args = ["--seed", "7", "--histories", "20", "--steps", "3", "--json"];
    assert.deepEqual(parseSimulationArgs(args), { seed: 7, histories: 20, steps: 3, json: true });
  });

  it("of the simulation that are wrong are all named at once", () => {
    assert.throws(() => parseSimulationArgs(["--histories", "0", "--steps", "1e3"]), {
      message: /^--histories 0: allowed is .+\n--steps 1e3: allowed is .+$/,
    });
    assert.throws(() => parseSimulationArgs(["--years", "3"]), /--years/);
  });

  it("of the crash points that are wrong are all named at once", () => {
    assert.throws(() => parseCrashPointArgs(["rotating", "--kind", "fire", "--shard", "9/8"], {}), {
      message: /phase rotating: .+\n--kind fire: .+\n--shard 9\/8: /,
    });
    assert.throws(() => parseCrashPointArgs([], { KEYTURN_SHARD: "0/8" }), /--shard 0\/8/);
  });

  for (const name of ["simulate", "crash-points"]) {
    it(`${name} says how it is used, and refuses what it does not know`, async () => {
      const help = await script(name, "--help");
      assert.equal(help.exitCode, 0, help.stderr);
      assert.match(help.stdout, new RegExp(`^npm run ${name} -- `));
      const wrong = await script(name, "--years", "3");
      assert.equal(wrong.exitCode, 2);
      assert.match(wrong.stderr, /'--years'/);
      assert.doesNotMatch(wrong.stderr, /\n {4}at /);
      assert.ok(wrong.stderr.endsWith(help.stdout), wrong.stderr);
    });
  }
});
