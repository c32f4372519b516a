import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { test } from "node:test";
import { promisify } from "node:util";
import { createSandbox } from "../../../sandbox/host/create-sandbox.ts";
import { mergedEnvironment } from "../../../sandbox/host/environment.ts";
import { PortTakenError } from "../../../sandbox/host/faces.ts";
import type { Sandbox } from "../../../sandbox/host/sandbox.ts";

const run = promisify(execFile);

test("dozens run at once, each with a state, ports and a folder of its own, and leave nothing behind", async (t) => {
  const sandboxes = await Promise.all(Array.from({ length: 24 }, () => createSandbox()));
  t.after(() => Promise.all(sandboxes.map((sandbox) => sandbox.close())));
  const differs = (pick: (each: Sandbox) => unknown) => {
    assert.equal(new Set(sandboxes.map((each) => pick(each))).size, sandboxes.length);
  };
  differs(({ folder }) => folder);
  differs(({ ports }) => ports.https);
  differs(({ env }) => env.AZURE_TENANT_ID);
  differs(({ env }) => env.AZURE_CLIENT_SECRET);
  const [one, two] = sandboxes;
  await one?.timeline.advance(1000);
  assert.equal(one?.clock.nowMs(), Date.UTC(2025, 0, 1) + 1000);
  assert.equal(two?.clock.nowMs(), Date.UTC(2025, 0, 1));
  await Promise.all(sandboxes.map((sandbox) => sandbox.close()));
  assert.deepEqual(
    sandboxes.filter(({ folder }) => existsSync(folder)),
    [],
  );
});

test("the same seed gives the same sandbox", async (t) => {
  const [one, two] = await Promise.all([createSandbox({ seed: 7 }), createSandbox({ seed: 7 })]);
  t.after(() => Promise.all([one.close(), two.close()]));
  const identity = ({ env }: typeof one) => [
    env.AZURE_TENANT_ID,
    env.AZURE_CLIENT_ID,
    env.AZURE_CLIENT_SECRET,
  ];
  assert.deepEqual(identity(one), identity(two));
});

test("a child process with this environment signs in, reads a vault by its own name, and is believed", async (t) => {
  const sandbox = await createSandbox();
  t.after(() => sandbox.close());
  const program = `
    import { ClientSecretCredential } from "@azure/identity";
    const { AZURE_AUTHORITY_HOST: authorityHost, AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET } = process.env;
    const options = { authorityHost, disableInstanceDiscovery: true };
    const credential = new ClientSecretCredential(AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET, options);
    const { token } = await credential.getToken("https://vault.azure.net/.default");
    const vault = new URL(authorityHost);
    vault.hostname = "nowhere.vault.localhost";
    const answer = await fetch(new URL("/secrets/x?api-version=7.4", vault), { headers: { authorization: "Bearer " + token } });
    console.log(answer.status, new Date(answer.headers.get("date")).toISOString());
  `;
  const env = mergedEnvironment(process.env, sandbox.env);
  const { stdout, stderr } = await run(process.execPath, ["--input-type=module", "--eval", program], {
    env,
    timeout: 60_000,
  });
  assert.equal(stdout, "404 2025-01-01T00:00:00.000Z\n", stderr);
  assert.deepEqual(sandbox.reports, []);
});

test("what is not emulated is answered 501 and reported by name", async (t) => {
  const sandbox = await createSandbox();
  t.after(() => sandbox.close());
  const env = mergedEnvironment(process.env, sandbox.env);
  const url = `https://localhost:${sandbox.ports.https}/v1.0/teams`;
  const program = `console.log((await fetch(${JSON.stringify(url)})).status)`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", program], { env });
  assert.equal(stdout, "501\n");
  assert.deepEqual(sandbox.reports, ["not emulated: GET localhost/v1.0/teams"]);
  assert.equal(sandbox.calls.list().at(-1)?.outcome, "501");
});

test("a port that is taken is said so, and nothing is left behind", async (t) => {
  const sandbox = await createSandbox();
  t.after(() => sandbox.close());
  await assert.rejects(
    createSandbox({ httpsPort: sandbox.ports.https }),
    (error) => error instanceof PortTakenError && error.port === sandbox.ports.https,
  );
});

test("keys are their owner's alone", async (t) => {
  const sandbox = await createSandbox();
  t.after(() => sandbox.close());
  for (const name of ["ca.pem", "server.key", "server.pem"]) {
    assert.equal(statSync(`${sandbox.folder}/${name}`).mode & 0o777, 0o600);
  }
});

test("what the environment asked of Node is kept", () => {
  const option = "--import=file:///names.ts";
  assert.equal(mergedEnvironment({}, { NODE_OPTIONS: option }).NODE_OPTIONS, option);
  const merged = mergedEnvironment(
    { NODE_OPTIONS: "--max-old-space-size=512", A: "1" },
    { NODE_OPTIONS: option, B: "2" },
  );
  assert.deepEqual(merged, { NODE_OPTIONS: `--max-old-space-size=512 ${option}`, A: "1", B: "2" });
  assert.deepEqual(mergedEnvironment(merged, { NODE_OPTIONS: option }), merged);
});
