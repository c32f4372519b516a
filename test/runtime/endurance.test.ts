import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const program = fileURLToPath(new URL("./endurance-program.ts", import.meta.url));

test("memory and handles stay flat over a million calls", async (t) => {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", program], { env });
  const report = JSON.parse(stdout) as Record<string, { heapGrowthBytes: number; resources: string[] }>;
  t.diagnostic(stdout);
  for (const [name, { heapGrowthBytes, resources }] of Object.entries(report)) {
    assert.ok(heapGrowthBytes < 500_000, `${name}: ${heapGrowthBytes} bytes more on the heap`);
    assert.deepEqual(resources, [], name);
  }
});
