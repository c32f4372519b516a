import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { runProcess } from "../tools/run-process.ts";
import { isolatedEnvironment, testPulumi } from "./support/pulumi.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** What the README tells to run and this test does not: each with where it is run instead. */
const RUN_ELSEWHERE: readonly string[] = [
  // This test is a part of it.
  "npm ci && npm test",
  // The package's own test packs, installs and imports it.
  "npm install @keyturn/runtime",
];

/** The commands of the README's shell blocks, in order. */
function commandsIn(markdown: string): string[] {
  return [...markdown.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block = ""]) =>
    block.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#")),
  );
}

describe("the README's commands", () => {
  it("run in the order in which they stand, and leave the stack files as they were", async (t) => {
    const folder = temporaryFolder(t);
    const stackFile = join(ROOT, "Pulumi.dev.yaml");
    const before = await readFile(stackFile, "utf8");
    const { pulumi } = await testPulumi();
    const isolated = await isolatedEnvironment({});
    const env = {
      ...process.env,
      ...isolated,
      KEYTURN_SANDBOX_FOLDER: join(folder, "sandbox"),
      PATH: [pulumi.folder, join(ROOT, "node_modules", ".bin"), process.env.PATH].join(delimiter),
      // For `pulumi up`, which a person is asked about.
      PULUMI_SKIP_CONFIRMATIONS: "true",
      NODE_OPTIONS: "",
    };
    const commands = commandsIn(await readFile(join(ROOT, "README.md"), "utf8"))
      .filter((command) => !RUN_ELSEWHERE.includes(command))
      // The packages are there already.
      .map((command) => command.replace(/^npm ci && /, ""));
    assert.ok(commands.length >= 8, commands.join("\n"));
    // Plain Pulumi comes before the line that points it at the sandbox, for a reader who has an Azure.
    const pointing = commands.find((command) => command.startsWith("eval ")) ?? "";
    const firstPlain = commands.findIndex((command) => command.startsWith("pulumi "));
    const script = commands.toSpliced(firstPlain, 0, pointing);
    t.after(() => shell("npx keyturn sandbox stop", env));
    const result = await shell(`set -e\nset -x\n${script.join("\n")}`, env);
    assert.equal(result.exitCode, 0, `${result.stdout.slice(-3000)}\n${result.stderr.slice(-3000)}`);
    assert.match(result.stdout, /mailman-office365\s+a\s+1/);
    assert.match(result.stdout, /mailman-office365\s+b\s+2/);
    assert.equal(await readFile(stackFile, "utf8"), before);
  });
});

function shell(script: string, env: NodeJS.ProcessEnv) {
  return runProcess("bash", ["-c", script], { cwd: ROOT, env, timeoutMs: 290_000 });
}
