import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { compile, compileForOlderNode, installBuiltPackage } from "./package-folder.ts";

const run = promisify(execFile);
const readme = readFileSync(new URL("../../runtime/README.md", import.meta.url), "utf8");

/** Every Node there is to try: this one, and the one on PATH if it is another version. */
function nodes(): { version: string; path: string }[] {
  const found = [{ version: process.version, path: process.execPath }];
  // Scripts of npm put this project's own Node first, so all of PATH is searched.
  for (const folder of new Set((process.env.PATH ?? "").split(":"))) {
    const path = join(folder, "node");
    try {
      const version = execFileSync(path, ["--version"], { encoding: "utf8" }).trim();
      if (/^v\d+\./.test(version) && !found.some((node) => node.version === version)) {
        found.push({ version, path });
      }
    } catch {
      // No Node in this folder.
    }
  }
  return found;
}

/** Declarations that got lost would make everything `any`: then nothing would be wrong here, and that is an error. */
const typesThatMustHold = `
  import { environmentSource, type RuntimeEvent, RotatingSecret, type TokenFailure } from "@keyturn/runtime";
  // @ts-expect-error a name is text
  new RotatingSecret({ credential: 5, source: environmentSource({ variable: "A" }) });
  export function wait(failure: TokenFailure): number {
    // @ts-expect-error only some kinds of failure say how long to wait
    failure.retryAfterMs;
    return failure.kind === "throttled" ? failure.retryAfterMs : 0;
  }
  export function message(event: RuntimeEvent): string | undefined {
    // @ts-expect-error there is no such event
    if (event.type === "nothing") return undefined;
    return event.type === "secret-read-failed" ? event.message : undefined;
  }
`;

test("the package works for a consumer: types without exceptions, exports, the command", async (t) => {
  const folder = temporaryFolder(t);
  const app = installBuiltPackage(folder);
  const snippets = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code ?? "");
  assert.ok(snippets.length >= 4, "the README lost its snippets");
  for (const [index, code] of snippets.entries()) {
    writeFileSync(join(app, `snippet-${index}.ts`), `${code}\nexport {};\n`);
  }
  writeFileSync(join(app, "types.ts"), typesThatMustHold);
  writeFileSync(
    join(app, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        target: "es2023",
        module: "nodenext",
        strict: true,
        noEmit: true,
        types: ["node"],
        typeRoots: [join(folder, "node_modules", "@types")],
        skipLibCheck: true, // What other packages declare is their own affair.
      },
      include: ["*.ts"],
    }),
  );
  compile("-p", join(app, "tsconfig.json"));

  const program = `
    import { RotatingSecret, environmentSource } from "@keyturn/runtime";
    const secret = new RotatingSecret({ credential: "c", source: environmentSource({ variable: "CLIENT_SECRET" }) });
    await secret.withClientSecret(async (value) => console.log(value.length, JSON.stringify(secret)));
    secret.close();
  `;
  writeFileSync(join(app, "program.js"), program);
  for (const { path, version } of nodes()) {
    const env = { ...process.env, CLIENT_SECRET: "value-1" };
    const { stdout } = await run(path, [join(app, "program.js")], { env });
    assert.match(stdout, /^7 \{"credential":"c".*"breaker":"closed"/, version);
    assert.ok(!stdout.includes("value-1"));
    const agent = join(app, "node_modules", "@keyturn", "runtime", "dist", "agent", "main.js");
    assert.match((await run(path, [agent, "--help"])).stdout, /^Usage: keyturn-agent/, version);
  }
});

test("every name of the README's tables exists", () => {
  const source = readdirSync(new URL("../../runtime/src/", import.meta.url))
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(new URL(`../../runtime/src/${name}`, import.meta.url), "utf8"))
    .join("");
  const names = [...readme.matchAll(/`((?:keyturn\.[a-z_.]+)|(?:[A-Z][A-Za-z]+Error))`/g)].map(
    ([, name]) => name ?? "",
  );
  assert.ok(names.length > 15);
  for (const name of names) {
    assert.ok(source.includes(name), `${name} is not in the source`);
  }
});

/** The parts of a test run's report that tell of failures. */
function failuresIn(report: string): string {
  const parts = report.split(/^(?=\s*(?:not )?ok )/m).filter((part) => /^\s*not ok /.test(part));
  return parts.join("").slice(0, 8_000);
}

/** These need more of the checkout than what is compiled: other TypeScript files, documents. */
const needsTheCheckout = ["package.test.ts", "endurance.test.ts", "troubleshooting.test.ts"];

describe("on other versions of Node", () => {
  const others = nodes().filter(({ version }) => version !== process.version);
  it("runs the library's own tests", {
    skip: others.length === 0 && "there is no other Node",
  }, async (t: TestContext) => {
    const folder = temporaryFolder(t);
    const here = dirname(fileURLToPath(import.meta.url));
    const tests = readdirSync(here).filter(
      (name) => name.endsWith(".test.ts") && !needsTheCheckout.includes(name),
    );
    const agentTests = readdirSync(join(here, "agent")).map((name) => `agent/${name}`);
    compileForOlderNode(
      folder,
      [...tests, ...agentTests].map((name) => `test/runtime/${name}`),
    );
    for (const { path, version } of others) {
      const files = [...tests, ...agentTests].map((name) =>
        join(folder, "out", "test", "runtime", name.replace(/\.ts$/, ".js")),
      );
      const { NODE_TEST_CONTEXT: _, NODE_OPTIONS: __, ...env } = process.env;
      await run(path, ["--test", "--test-concurrency=1", ...files], { env, timeout: 240_000 }).catch(
        (error: { stdout?: string }) =>
          assert.fail(`${version}: ${failuresIn(error.stdout ?? String(error))}`),
      );
    }
  });
});
