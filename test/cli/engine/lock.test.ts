import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, it } from "node:test";
import { describeHolders, lockHolders, locksAreStale } from "../../../cli/engine/lock.ts";
import { canHaveMade, isHolderAlive, parseProcessFacts } from "../../../cli/engine/process-alive.ts";

/** As `pulumi up` says it. */
const REFUSAL = `error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with \`pulumi cancel\`.
  file:///tmp/backend/.pulumi/locks/organization/keyturn/dev/0f4e.json: created by mia@laptop (pid 4711) at 2026-11-24T05:35:03Z`;

describe("the holders of a lock", () => {
  it("are read from Pulumi's refusal, and from nothing else", () => {
    const holders = [{ user: "mia", host: "laptop", pid: 4711, since: "2026-11-24T05:35:03Z" }];
    assert.deepEqual(lockHolders(REFUSAL), holders);
    assert.equal(describeHolders(holders), "mia@laptop (process 4711) since 2026-11-24T05:35:03Z");
    assert.equal(lockHolders("error: no stack named 'dev' found"), undefined);
  });

  it("are gone only if all of them are, and only as far as this machine can tell", () => {
    const holder = { user: "mia", host: "laptop", pid: 4711, since: "2026-11-24T05:35:03Z" };
    const gone = { host: "laptop", isAlive: () => false };
    assert.equal(locksAreStale([holder], gone), true);
    assert.equal(locksAreStale([], gone), false);
    assert.equal(locksAreStale([holder, { ...holder, host: "runner" }], gone), false);
    assert.equal(locksAreStale([holder], { ...gone, isAlive: () => true }), false);
    const asked: unknown[] = [];
    locksAreStale([holder], { ...gone, isAlive: (...about) => asked.push(about) > 0 });
    assert.deepEqual(asked, [[4711, Date.UTC(2026, 10, 24, 5, 35, 3)]]);
  });
});

describe("the process that made a lock", () => {
  const system = "cpu  1 2 3\nbtime 1000000\nprocesses 7\n";
  const stat = (state: string, startTicks: number) =>
    `4711 (a (strange) name) ${state} 1 ${"0 ".repeat(17)}${startTicks} 0 0`;

  it("is told from one that has ended and from one that has its number now", () => {
    const running = parseProcessFacts(stat("S", 500), system);
    assert.deepEqual(running, { isZombie: false, startedAtMs: 1_000_005_000 });
    const facts = { isZombie: false, startedAtMs: 1_000_005_000 };
    assert.equal(canHaveMade(1_000_006_000, facts), true);
    assert.equal(canHaveMade(1_000_006_000, { ...facts, isZombie: true }), false);
    assert.equal(canHaveMade(1_000_005_000 - 60_001, facts), false, "it was started after the lock was made");
    assert.equal(canHaveMade(1_000_005_000 - 60_000, facts), true, "clocks may differ a little");
    assert.equal(canHaveMade(Number.NaN, facts), true, "in doubt it is alive");
    assert.equal(parseProcessFacts(stat("Z", 500), system)?.isZombie, true);
    assert.equal(parseProcessFacts("", system), undefined);
    assert.equal(parseProcessFacts(stat("S", 500), "cpu 1"), undefined);
  });

  it("is alive while it runs", { skip: process.platform === "win32" }, async () => {
    assert.equal(isHolderAlive(process.pid, Date.now()), true);
    // A shell that never asks how its child ended: the child stays behind as a zombie.
    const parent = spawn("sh", ["-c", "sh -c 'exit 0' & echo $!; exec sleep 60"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    try {
      const [line] = (await once(parent.stdout, "data")) as [Buffer];
      const child = Number(line.toString().trim());
      for (let tries = 0; isHolderAlive(child, Date.now()); tries++) {
        assert.ok(tries < 10_000, "a process that has ended still counts as alive");
        await new Promise((done) => setImmediate(done));
      }
    } finally {
      parent.kill("SIGKILL");
      await once(parent, "exit");
    }
    assert.equal(isHolderAlive(parent.pid ?? 0, Date.now()), false);
  });
});
