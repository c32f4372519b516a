import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ensureOlderNode, olderNodes } from "../support/older-node.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { compile, compileForOlderNode, installPackedPackage, provide } from "./package-folder.ts";

const run = promisify(execFile);
const readme = readFileSync(new URL("../../runtime/README.md", import.meta.url), "utf8");

/** This Node, and the older ones where there is a package of them: if one cannot be had there, that is a failure. */
async function nodes(): Promise<{ version: string; path: string }[]> {
  const nodes = [{ version: process.version, path: process.execPath }];
  for (const release of olderNodes) {
    const path = await ensureOlderNode(release);
    nodes.push({ version: execFileSync(path, ["--version"], { encoding: "utf8" }).trim(), path });
  }
  return nodes;
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
  const { app } = installPackedPackage(folder);
  const program = `
    import { RotatingSecret, environmentSource } from "@keyturn/runtime";
    const secret = new RotatingSecret({ credential: "c", source: environmentSource({ variable: "CLIENT_SECRET" }) });
    await secret.withClientSecret(async (value) => console.log(value.length, JSON.stringify(secret)));
    secret.close();
  `;
  writeFileSync(join(app, "program.js"), program);
  for (const { path, version } of await nodes()) {
    const env = { ...process.env, CLIENT_SECRET: "value-1" };
    const { stdout } = await run(path, [join(app, "program.js")], { env });
    assert.match(stdout, /^7 \{"credential":"c".*"breaker":"closed"/, version);
    assert.ok(!stdout.includes("value-1"));
    const agent = join(app, "node_modules", "@keyturn", "runtime", "dist", "agent", "main.js");
    assert.match((await run(path, [agent, "--help"])).stdout, /^Usage: keyturn-agent/, version);
  }

  // What the README has its reader install.
  provide(app, "@azure/identity");
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
        typeRoots: [fileURLToPath(new URL("../../node_modules/@types", import.meta.url))],
        skipLibCheck: true, // What other packages declare is their own affair.
      },
      include: ["*.ts"],
    }),
  );
  compile("-p", join(app, "tsconfig.json"));
});

test("the tarball holds what was built, with its documents, and nothing else", (t) => {
  const { files } = installPackedPackage(temporaryFolder(t));
  const sources = readdirSync(new URL("../../runtime/src/", import.meta.url), {
    recursive: true,
    encoding: "utf8",
  })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => name.replaceAll("\\", "/").replace(/\.ts$/, ""));
  const expected = [
    ...["LICENSE", "README.md", "TROUBLESHOOTING.md", "package.json"],
    ...sources.flatMap((name) => [`dist/${name}.d.ts`, `dist/${name}.js`]),
  ];
  assert.deepEqual(files.map(({ path }) => path).toSorted(), expected.toSorted());
  const links = [...readme.matchAll(/\]\((?!https:|#)([^)#]+)/g)].map(([, path]) => path);
  for (const path of links)
    assert.ok(
      files.some((file) => file.path === path),
      `the README links to ${path}`,
    );
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
  it("runs the library's own tests", {
    skip: olderNodes.length === 0 && "no package is pinned that brings Node 20 and 22 for this platform",
    // The whole library's tests, twice: a busy machine takes its time.
    timeout: 900_000,
  }, async (t: TestContext) => {
    const others = (await nodes()).slice(1);
    assert.deepEqual(
      others.map(({ version }) => version.split(".")[0]),
      ["v20", "v22"],
    );
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
      await run(path, ["--test", "--test-concurrency=1", ...files], { env, timeout: 420_000 }).catch(
        (error: { stdout?: string }) =>
          assert.fail(`${version}: ${failuresIn(error.stdout ?? String(error))}`),
      );
    }
  });
});
