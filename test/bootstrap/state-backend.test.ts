import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { delimiter, dirname } from "node:path";
import { describe, it } from "node:test";
import { createSandbox } from "../../sandbox/host/create-sandbox.ts";
import { mustBootstrap, REPOSITORY } from "../support/bootstrap-command.ts";
import { writeProgram } from "../support/engine.ts";
import { writeFakeExecutable } from "../support/fake-executable.ts";
import { trust } from "../support/https-server.ts";
import { exchange, gitHubToken, knowGitHub } from "../support/pipeline-identity.ts";
import { isolatedEnvironment, runPulumi } from "../support/pulumi.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const PROGRAM = `
import { RandomPassword } from "@pulumi/random/randomPassword.js";
export const password = new RandomPassword("password", { length: 20 }).result;
`;

describe("the place for the stacks' states", {
  skip: process.platform === "win32" && "needs a shell's az",
}, () => {
  it("is Pulumi's own backend: deployers lock and write, previews only read, other stacks' are closed", async (t) => {
    const sandbox = await createSandbox({ seed: "state backend" });
    t.after(() => sandbox.close());
    trust(readFileSync(sandbox.env.NODE_EXTRA_CA_CERTS ?? "", "utf8"));
    await knowGitHub(sandbox);
    const made = await mustBootstrap(sandbox);
    const program = writeProgram(t, PROGRAM);
    const domain = `localhost:${sandbox.ports.https}`;

    /** A job of an environment with `az` signed in, as Pulumi's backend takes it; its passphrase stands for the key. */
    const job = async (environment: string, stack = environment.replace("preview-", "")) => {
      const { AZURE_CLIENT_ID: clientId = "" } = made.variables.environments[environment] ?? {};
      const { PULUMI_BACKEND_URL: url = "" } = made.variables.environments[stack] ?? {};
      const assertion = await gitHubToken(`repo:${REPOSITORY}:environment:${environment}`);
      const answer = await exchange(sandbox, {
        clientId,
        assertion,
        scope: "https://storage.azure.com/.default",
      });
      assert.ok("token" in answer);
      const said = { accessToken: answer.token, expires_on: 4_070_908_800, tokenType: "Bearer" };
      const az = writeFakeExecutable(temporaryFolder(t), "az", `console.log('${JSON.stringify(said)}')`);
      const env = await isolatedEnvironment({
        ...sandbox.env,
        PULUMI_HOME: temporaryFolder(t),
        PULUMI_BACKEND_URL: `${url}&domain=${domain}`,
        AZURE_TOKEN_CREDENTIALS: "AzureCLICredential",
      });
      const PATH = [dirname(az), env.PATH].join(delimiter);
      return (...args: string[]) =>
        runPulumi([...args, "--stack", "dev", "--non-interactive"], {
          cwd: program,
          env: { ...process.env, ...env, PATH },
        });
    };
    const blobs = () =>
      Object.values(sandbox.store.state.arm.resources).flatMap(({ name, hidden }) =>
        Object.keys((hidden.blobs ?? {}) as object).map((blob) => `${name}/${blob}`),
      );

    const deploy = await job("dev");
    assert.equal((await deploy("stack", "init")).exitCode, 0);
    const up = await deploy("up", "--yes", "--skip-preview");
    assert.equal(up.exitCode, 0, up.stderr);
    assert.ok(blobs().includes("state-dev/.pulumi/stacks/keyturn-test/dev.json"), String(blobs()));
    assert.ok(!blobs().some((blob) => blob.includes("/locks/")), "no lock is left");

    const before = JSON.stringify(sandbox.store.state.arm.resources);
    const preview = await job("preview-dev");
    const previewed = await preview("preview", "--expect-no-changes");
    assert.equal(previewed.exitCode, 0, previewed.stderr);
    const refused = await preview("up", "--yes", "--skip-preview");
    assert.notEqual(refused.exitCode, 0);
    // What Pulumi makes of a refused lock is a panic of its library for blobs; what counts is that it was refused.
    const writes = sandbox.calls.list().filter(({ operation }) => operation === "blob.put");
    assert.equal(writes.at(-1)?.outcome, "403");
    assert.equal(JSON.stringify(sandbox.store.state.arm.resources), before, "not even a lock");

    const trespass = await (await job("dev", "prod"))("stack", "ls");
    assert.notEqual(trespass.exitCode, 0);
    assert.match(trespass.stderr, /AuthorizationPermissionMismatch/);
    assert.deepEqual(sandbox.reports, []);
  });
});
