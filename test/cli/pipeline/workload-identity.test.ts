import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import { describe, it } from "node:test";
import { withWorkloadIdentity } from "../../../cli/pipeline/workload-identity.ts";

const GITHUB = {
  ACTIONS_ID_TOKEN_REQUEST_URL: "https://actions.example/token?api-version=2.0",
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: "request-token",
  AZURE_CLIENT_ID: "client",
  AZURE_TENANT_ID: "tenant",
  AZURE_SUBSCRIPTION_ID: "subscription",
  GITHUB_TOKEN: "job-token",
  PATH: "/bin",
};

/** A disk that others use too may take a while. */
const MOST_TURNS = 200_000;

interface Asked {
  url: string;
  method: string | undefined;
  authorization: string | null;
}

/** Answers with what it is given in turn, the last for ever. */
function issuer(...answers: (object | number | Error)[]) {
  const asked: Asked[] = [];
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const answer = answers[Math.min(asked.length, answers.length - 1)];
    asked.push({ url, method: init.method, authorization: new Headers(init.headers).get("authorization") });
    if (answer instanceof Error) throw answer;
    return typeof answer === "number" ? new Response("no", { status: answer }) : Response.json(answer);
  };
  return { asked, fetch, warn: () => {}, random: () => 0, sleep: async () => {} };
}

describe("the identity of a pipeline", () => {
  it("is proved by the run's own token, in a file for as long as the work takes", async () => {
    const { asked, ...rest } = issuer({ value: "id-token" });
    const env: NodeJS.ProcessEnv = { ...GITHUB };
    let file = "";
    const result = await withWorkloadIdentity({ env, ...rest }, async (given) => {
      file = given.AZURE_FEDERATED_TOKEN_FILE ?? "";
      assert.equal(readFileSync(file, "utf8"), "id-token");
      if (process.platform !== "win32") assert.equal(statSync(file).mode & 0o077, 0, "for its owner alone");
      assert.equal(given.ARM_OIDC_TOKEN_FILE_PATH, file);
      assert.equal(env.AZURE_FEDERATED_TOKEN_FILE, file, "this process's own SDKs look there");
      const { ARM_USE_OIDC, ARM_CLIENT_ID, ARM_TENANT_ID, ARM_SUBSCRIPTION_ID, AZURE_CLIENT_ID, PATH } =
        given;
      assert.deepEqual(
        [ARM_USE_OIDC, ARM_CLIENT_ID, ARM_TENANT_ID, ARM_SUBSCRIPTION_ID, AZURE_CLIENT_ID, PATH],
        ["true", "client", "tenant", "subscription", "client", "/bin"],
      );
      return 7;
    });
    assert.equal(result, 7);
    assert.equal(existsSync(file), false);
    assert.deepEqual(env, GITHUB);
    assert.deepEqual(asked, [
      {
        url: "https://actions.example/token?api-version=2.0&audience=api%3A%2F%2FAzureADTokenExchange",
        method: "GET",
        authorization: "Bearer request-token",
      },
    ]);
  });

  it("leaves the engine nothing to act on the forge with", async () => {
    for (const env of [
      { ...GITHUB, SYSTEM_ACCESSTOKEN: "x" },
      { GITHUB_TOKEN: "x", PATH: "/bin" },
    ]) {
      await withWorkloadIdentity({ env, ...issuer({ value: "id-token" }) }, async (given) => {
        for (const name of [
          "GITHUB_TOKEN",
          "SYSTEM_ACCESSTOKEN",
          "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
          "ACTIONS_ID_TOKEN_REQUEST_URL",
        ]) {
          assert.equal(name in given, false, name);
        }
      });
    }
  });

  it("is a person's own where the run has none", async () => {
    const { asked, ...rest } = issuer({ value: "id-token" });
    await withWorkloadIdentity({ env: { AZURE_TENANT_ID: "tenant" }, ...rest }, async (given) => {
      assert.deepEqual(given, { AZURE_TENANT_ID: "tenant" });
    });
    assert.deepEqual(asked, []);
  });

  it("is that of a service connection on Azure DevOps", async () => {
    const { asked, ...rest } = issuer({ oidcToken: "azure-token" });
    const env: NodeJS.ProcessEnv = {
      ...{
        SYSTEM_OIDCREQUESTURI: "https://dev.azure.com/x/oidctoken",
        SYSTEM_ACCESSTOKEN: "job",
        AZURESUBSCRIPTION_SERVICE_CONNECTION_ID: "conn",
      },
      ...{ AZURESUBSCRIPTION_CLIENT_ID: "client", AZURESUBSCRIPTION_TENANT_ID: "tenant" },
    };
    await withWorkloadIdentity({ env, ...rest }, async (given) => {
      assert.equal(readFileSync(given.AZURE_FEDERATED_TOKEN_FILE ?? "", "utf8"), "azure-token");
      assert.deepEqual(
        [given.AZURE_CLIENT_ID, given.ARM_TENANT_ID, env.AZURE_CLIENT_ID, env.AZURE_TENANT_ID],
        ["client", "tenant", "client", "tenant"],
      );
    });
    assert.equal("AZURE_CLIENT_ID" in env, false);
    assert.deepEqual(asked, [
      {
        url: "https://dev.azure.com/x/oidctoken?api-version=7.1&serviceConnectionId=conn",
        method: "POST",
        authorization: "Bearer job",
      },
    ]);
  });

  it("is exchanged for one of Pulumi's where Pulumi Cloud keeps the states", async () => {
    const exchanged: URLSearchParams[] = [];
    const asked: string[] = [];
    const fetch = async (url: string, init: RequestInit): Promise<Response> => {
      asked.push(url);
      const { host, searchParams } = new URL(url);
      if (host === "actions.example") return Response.json({ value: `for ${searchParams.get("audience")}` });
      assert.equal(init.method, "POST");
      assert.equal(new Headers(init.headers).has("authorization"), false);
      exchanged.push(new URLSearchParams(String(init.body)));
      return Response.json({ access_token: "pul-token", token_type: "Bearer", expires_in: 7200 });
    };
    const rest = { fetch, warn: () => {}, random: () => 0, sleep: async () => {} };
    const cloud = { PULUMI_BACKEND_URL: "https://api.pulumi.com", PULUMI_ORGANIZATION: "sell" };
    const env: NodeJS.ProcessEnv = { ...GITHUB, ...cloud };
    await withWorkloadIdentity({ env, ...rest }, async (given) => {
      assert.equal(given.PULUMI_ACCESS_TOKEN, "pul-token");
      assert.equal(
        readFileSync(given.AZURE_FEDERATED_TOKEN_FILE ?? "", "utf8"),
        "for api://AzureADTokenExchange",
        "Entra's own",
      );
    });
    assert.equal("PULUMI_ACCESS_TOKEN" in env, false);
    assert.equal(asked.at(-1), "https://api.pulumi.com/api/oauth/token");
    assert.deepEqual(Object.fromEntries(exchanged[0] ?? []), {
      audience: "urn:pulumi:org:sell",
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
      requested_token_type: "urn:pulumi:token-type:access_token:organization",
      expiration: "7200",
      subject_token: "for urn:pulumi:org:sell",
    });

    // In the name of a team, which may be given less.
    await withWorkloadIdentity({ env: { ...env, PULUMI_TEAM: "previews" }, ...rest }, async () => {});
    const { requested_token_type: type, scope } = Object.fromEntries(exchanged[1] ?? []);
    assert.deepEqual([type, scope], ["urn:pulumi:token-type:access_token:team", "team:previews"]);

    // Where the states are elsewhere, or somebody brings a token, nothing is exchanged.
    for (const other of [
      { PULUMI_BACKEND_URL: "azblob://state-dev?storage_account=x" },
      { PULUMI_ACCESS_TOKEN: "own" },
    ]) {
      await withWorkloadIdentity({ env: { ...env, ...other }, ...rest }, async (given) => {
        assert.equal(given.PULUMI_ACCESS_TOKEN, other.PULUMI_ACCESS_TOKEN);
      });
    }
    assert.equal(exchanged.length, 2);
  });

  it("is refused by Pulumi with what to see to, and says nothing of the tokens", async () => {
    const fetch = async (url: string): Promise<Response> =>
      url.includes("actions.example")
        ? Response.json({ value: "id-token" })
        : Response.json({ error: "invalid_grant", error_description: "id-token" }, { status: 401 });
    const env = { ...GITHUB, PULUMI_BACKEND_URL: "https://api.pulumi.com", PULUMI_ORGANIZATION: "sell" };
    const args = { env, fetch, warn: () => {}, random: () => 0, sleep: async () => {} };
    await assert.rejects(
      withWorkloadIdentity(args, async () => assert.fail("nothing is done without a token")),
      ({ message, exitCode }: Error & { exitCode: number }) => {
        assert.match(
          message,
          /^https:\/\/api\.pulumi\.com gives this run no token \(it answered 401\): .*trust/,
        );
        assert.doesNotMatch(message, /id-token/);
        return exitCode === 3;
      },
    );
    const { PULUMI_ORGANIZATION: _, ...without } = env;
    await assert.rejects(
      withWorkloadIdentity({ ...args, env: without }, async () => {}),
      /PULUMI_ORGANIZATION: must be the organization at api\.pulumi\.com .*, not ""/,
    );
  });

  it("is renewed before it ends, and a failure to do so is said and tried again", async (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    const tokens = [{ value: "one" }, { value: "two" }, 403, { value: "three" }];
    const { fetch, random, sleep } = issuer(...tokens);
    const said: string[] = [];
    await withWorkloadIdentity(
      { env: { ...GITHUB }, fetch, random, sleep, warn: (text) => said.push(text) },
      async (given) => {
        const file = given.AZURE_FEDERATED_TOKEN_FILE ?? "";
        const held = async (expected: string) => {
          t.mock.timers.tick(60_000);
          for (let turn = 0; turn < MOST_TURNS && readFileSync(file, "utf8") !== expected; turn++)
            await new Promise(setImmediate);
          assert.equal(readFileSync(file, "utf8"), expected);
        };
        await held("two");
        t.mock.timers.tick(60_000);
        for (let turn = 0; turn < MOST_TURNS && said.length === 0; turn++) await new Promise(setImmediate);
        assert.match(said.join(), /could not be renewed: .*answered 403/);
        await held("three");
      },
    );
  });

  it("is asked for again while the issuer has trouble, and not where it refuses", async () => {
    const troubled = issuer(503, new Error("ECONNRESET"), { value: "id-token" });
    await withWorkloadIdentity({ env: { ...GITHUB }, ...troubled }, async () => {});
    assert.equal(troubled.asked.length, 3);
    const refused = issuer(403);
    const work = () => assert.fail("nothing is done without an identity");
    await assert.rejects(
      withWorkloadIdentity({ env: { ...GITHUB }, ...refused }, work),
      /actions\.example gives this run no token \(it answered 403\).*id-token: write/,
    );
    assert.equal(refused.asked.length, 1);
    await assert.rejects(
      withWorkloadIdentity({ env: { ...GITHUB }, ...issuer({ other: 1 }) }, work),
      /it answered with no token/,
    );
  });

  it("is named by the environment, or else nothing is done", async () => {
    const { AZURE_CLIENT_ID: _, ...env } = GITHUB;
    await assert.rejects(
      withWorkloadIdentity(
        { env: { ...env, AZURE_TENANT_ID: "" }, ...issuer({ value: "x" }) },
        async () => {},
      ),
      /AZURE_CLIENT_ID and AZURE_TENANT_ID: not set/,
    );
  });

  it("leaves no file behind if the work fails", async () => {
    let file = "";
    const failing = async (given: NodeJS.ProcessEnv) => {
      file = given.AZURE_FEDERATED_TOKEN_FILE ?? "";
      throw new Error("failed");
    };
    await assert.rejects(
      withWorkloadIdentity({ env: { ...GITHUB }, ...issuer({ value: "x" }) }, failing),
      /failed/,
    );
    assert.ok(file !== "" && !existsSync(file));
  });
});
