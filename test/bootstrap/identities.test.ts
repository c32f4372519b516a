import "../../sandbox/localhost-names.ts";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { DAY_MS } from "../../infra/duration.ts";
import { isAllowed } from "../../sandbox/arm/rbac.ts";
import { createApplication } from "../../sandbox/entra/applications.ts";
import type { Sandbox } from "../../sandbox/host/sandbox.ts";
import { mustBootstrap, REPOSITORY } from "../support/bootstrap-command.ts";
import { trust } from "../support/https-server.ts";
import { keyturn } from "../support/keyturn-command.ts";
import { keyturnStack, succeeded } from "../support/keyturn-stack.ts";
import { exchange, gitHubToken, knowGitHub, signedInJob } from "../support/pipeline-identity.ts";

const OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
const SECRETS_USER = "4633458b-17de-408a-b874-0445c86b69e6";
const PLACEHOLDER = "00000000-0000-0000-0000-000000000000";
const subject = (environment: string) => `repo:${REPOSITORY}:environment:${environment}`;

const mailman = {
  name: "mailman",
  application: { displayName: "Mailman" },
  consumers: [{ name: "mailman", principalId: PLACEHOLDER }],
};
const reports = { name: "reports", application: { displayName: "Reports" } };

/** What a pipeline could change: everything but what the sandbox remembers of being asked. */
function changeable({ store: { state } }: Sandbox): string {
  return JSON.stringify([state.arm, state.keyVault, { ...state.entra, signIn: undefined }]);
}

describe("the pipelines' identities", () => {
  it("deploy, rotate and remove with exactly the rights that bootstrap gives; previews change nothing", async (t) => {
    const stack = await keyturnStack(t, {
      seed: "identities",
      settings: { credentials: [mailman, reports] },
    });
    const { sandbox } = stack;
    trust(readFileSync(sandbox.env.NODE_EXTRA_CA_CERTS ?? "", "utf8"));
    await knowGitHub(sandbox);
    const made = await mustBootstrap(sandbox, ["--stack", "dev", "--cwd", stack.project, "--write"]);
    const clientOf = (environment: string) => made.variables.environments[environment]?.AZURE_CLIENT_ID ?? "";
    const [dev] = made.stacks;
    assert.ok(dev);

    await onlyTheRightTokens(sandbox, clientOf);

    const deploy = await signedInJob(t, sandbox, { clientId: clientOf("dev"), subject: subject("dev") });
    const preview = await signedInJob(t, sandbox, {
      clientId: clientOf("preview-dev"),
      subject: subject("preview-dev"),
    });
    const as = (job: typeof deploy) => ({ ...stack, env: { ...stack.env, ...job.env } });

    // Before anything is deployed, a preview works and an update by its identity makes nothing.
    const first = await keyturn(as(preview), ["preview", "--json"]);
    assert.equal(first.exitCode, 0, `${first.stdout}\n${first.stderr}`);
    const untouched = changeable(sandbox);
    const refused = await keyturn(as(preview), ["up", "--quiet"]);
    assert.notEqual(refused.exitCode, 0);
    assert.match(refused.stderr, /AuthorizationFailed|Insufficient privileges/);
    assert.equal(changeable(sandbox), untouched, "refused at the first thing that it tried");

    const up = await keyturn(as(deploy), ["up", "--quiet", "--json"]);
    assert.equal(up.exitCode, 0, `${up.stdout}\n${up.stderr}`);
    assert.equal(JSON.parse(up.stdout).credentials[0].current.generation, 1);

    // Whoever looks, nothing differs: the applications' owner is a setting, not whoever runs it.
    const same = await keyturn(as(preview), ["preview", "--json"]);
    assert.equal(same.exitCode, 0, `${same.stdout}\n${same.stderr}`);
    assert.deepEqual(JSON.parse(same.stdout).changes, []);

    const tokens = async (environment: string): Promise<Token> => {
      const clientId = clientOf(environment);
      const token = async (scope: string) => {
        const assertion = await gitHubToken(subject(environment));
        const answer = await exchange(sandbox, { clientId, assertion, scope: `${scope}/.default` });
        return "token" in answer ? answer.token : "";
      };
      return {
        graph: await token("https://graph.microsoft.com"),
        arm: await token("https://management.azure.com"),
        vault: await token(`https://vault.localhost:${sandbox.ports.https}`),
      };
    };
    const ofBoth = { deploy: await tokens("dev"), preview: await tokens("preview-dev") };
    for (const { principalId, environments } of dev.identities) {
      openOnlyTheirState(sandbox, principalId, environments.join());
    }
    await noMoreThanThat(sandbox, ofBoth, String(dev.settings["keyturn:deployer"]));

    // A rotation is due, and a credential is to go: the vault's own right to delete secrets is needed for that.
    await sandbox.timeline.advance(51 * DAY_MS);
    succeeded(await stack.run(["config", "set", "keyturn:credentials", JSON.stringify([mailman])]));
    const before = changeable(sandbox);
    const again = await keyturn(as(preview), ["up", "--quiet"]);
    assert.notEqual(again.exitCode, 0);
    assert.equal(changeable(sandbox), before);
    const rotated = await keyturn(as(deploy), ["up", "--quiet", "--json"]);
    assert.equal(rotated.exitCode, 0, `${rotated.stdout}\n${rotated.stderr}`);
    assert.equal(JSON.parse(rotated.stdout).credentials[0].current.generation, 2);
    const [vault] = Object.values(sandbox.store.state.keyVault.vaults).filter(({ name }) =>
      /sell/.test(name),
    );
    assert.deepEqual(Object.keys(vault?.secrets ?? {}), ["mailman"]);
    assert.deepEqual(sandbox.reports, []);
  });
});

/** An identity takes the tokens of its environments in this repository, and nobody else's. */
async function onlyTheRightTokens(
  sandbox: Sandbox,
  clientOf: (environment: string) => string,
): Promise<void> {
  const scope = "https://graph.microsoft.com/.default";
  const ask = async (environment: string, ...token: Parameters<typeof gitHubToken>) => {
    const assertion = await gitHubToken(...token);
    const answer = await exchange(sandbox, { clientId: clientOf(environment), assertion, scope });
    return "token" in answer ? "token" : answer.refusedBy;
  };
  assert.equal(await ask("dev", subject("dev")), "token");
  assert.equal(await ask("dev", subject("rotate-dev")), "token");
  assert.equal(await ask("preview-dev", subject("preview-dev")), "token");
  assert.equal(await ask("audit-dev", subject("audit-dev")), "token");
  assert.equal(clientOf("audit-dev"), clientOf("preview-dev"), "who audits can change nothing");
  const strangers = [
    subject("preview-dev"),
    subject("prod"),
    `repo:${REPOSITORY}:ref:refs/heads/main`,
    // What a pull request gets that names no environment, that of a fork too.
    `repo:${REPOSITORY}:pull_request`,
    "repo:mallory/keyturn:environment:dev",
    "repo:sell/keyturn-2:environment:dev",
    subject("DEV"),
  ];
  for (const stranger of strangers) assert.equal(await ask("dev", stranger), 700213, stranger);
  assert.equal(await ask("preview-dev", subject("dev")), 700213, "not even a deployment may be a preview");
  assert.equal(await ask("dev", subject("dev"), "https://github.com/sell"), 700212, "another audience");
}

/** Both open the stack's state with its key, as Pulumi needs it; what else a key is good for is not theirs. */
function openOnlyTheirState({ store: { state } }: Sandbox, principalId: string, who: string): void {
  const key = Object.values(state.arm.resources).find(({ name }) => name === "stack-dev");
  assert.ok(key);
  const may = (scope: string, verb: string) =>
    isAllowed(state, { principalId, scope, dataAction: `Microsoft.KeyVault/vaults/keys/${verb}/action` });
  assert.equal(may(key.id, "decrypt"), true, `${who} opens its stack's state`);
  assert.equal(may(key.id, "encrypt"), false, who);
  assert.equal(may(key.id, "update"), false, `${who} cannot switch the key off`);
  assert.equal(may(key.id.replace("stack-dev", "stack-prod"), "decrypt"), false, who);
}

interface Token {
  graph: string;
  arm: string;
  vault: string;
}

/** What neither identity may do, asked of the services themselves. */
async function noMoreThanThat(
  sandbox: Sandbox,
  tokens: Record<"deploy" | "preview", Token>,
  principalId: string,
): Promise<void> {
  const { store, ports, randomness } = sandbox;
  const origin = `https://localhost:${ports.https}`;
  const subscription = `/subscriptions/${store.state.arm.subscriptionId}`;
  const group = `${subscription}/resourceGroups/rg-sell-mail-dev`;
  const stranger = await store.update((draft) => {
    const context = { nowMs: draft.clock.nowMs, randomness };
    return createApplication(draft.entra, { displayName: "Somebody else's" }, context).id;
  });
  const ask = async (token: string, method: string, url: string, body?: unknown) => {
    const response = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return response.status;
  };
  for (const [who, { graph, vault }] of Object.entries(tokens)) {
    const application = `${origin}/v1.0/applications/${stranger}`;
    assert.equal(await ask(graph, "GET", application), 200, `${who} reads any application`);
    assert.equal(
      await ask(graph, "PATCH", application, { displayName: "x" }),
      403,
      `${who} writes no other's`,
    );
    const secret = `https://kv-sell-mail-dev.vault.localhost:${ports.https}/secrets/mailman?api-version=7.4`;
    assert.equal(await ask(vault, "GET", secret), 403, `${who} reads no value`);
  }
  const assign = (scope: string, role: string, principalType: string) => {
    const roleDefinitionId = `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${role}`;
    const id = `${scope}/providers/Microsoft.Authorization/roleAssignments/${randomness.uuid()}`;
    return ask(tokens.deploy.arm, "PUT", `${origin}${id}?api-version=2022-04-01`, {
      properties: { principalId, principalType, roleDefinitionId },
    });
  };
  assert.equal(await assign(group, OWNER, "ServicePrincipal"), 403, "a role that the program does not give");
  assert.equal(await assign(group, SECRETS_USER, "User"), 403, "a role to a person");
  assert.equal(
    await assign(subscription, SECRETS_USER, "ServicePrincipal"),
    403,
    "a role outside of its group",
  );
  const pipelines = `${subscription}/resourceGroups/rg-keyturn-pipelines`;
  assert.equal(
    await assign(pipelines, SECRETS_USER, "ServicePrincipal"),
    403,
    "a role where the identities live",
  );
}
