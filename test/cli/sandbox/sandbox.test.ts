import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { exitCodes } from "../../../cli/exit-codes.ts";
import { main } from "../../../cli/main.ts";
import { stopSandbox } from "../../../sandbox/host/stop-sandbox.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

interface Said {
  code: number;
  out: string;
  err: string;
  json: Record<string, unknown>;
}

/** `keyturn sandbox …` on a folder of the test's own, whose sandbox is ended after the test. */
function sandboxCommand(t: TestContext) {
  t.after(() => stopSandbox(folder));
  const folder = temporaryFolder(t);
  const keyturn = async (...args: string[]): Promise<Said> => {
    const [out, err]: [string[], string[]] = [[], []];
    const code = await main(["sandbox", ...args, "--folder", folder], {
      out: (text) => void out.push(text),
      err: (text) => void err.push(text),
      verbatim: (text) => void out.push(text),
      interactive: false,
      style: (_format, text) => text,
    });
    const said = out.join("\n");
    return {
      code,
      out: said,
      err: err.join("\n"),
      get json() {
        return JSON.parse(said) as Record<string, unknown>;
      },
    };
  };
  return { folder, keyturn };
}

test("a sandbox's day, from start to stop", async (t) => {
  const { folder, keyturn } = sandboxCommand(t);
  const none = await keyturn("status", "--json");
  assert.equal(none.code, exitCodes.error);
  assert.deepEqual(none.json, { schemaVersion: 1, running: false, folder });

  const started = await keyturn("start", "--now", "2025-02-01", "--json");
  assert.equal(started.code, exitCodes.ok, started.err);
  assert.equal(started.json.now, "2025-02-01T00:00:00Z");
  assert.equal(started.json.started, true);
  assert.equal(typeof started.json.startedInMs, "number");
  assert.match(started.err, /^Sandbox started in \d+\.\d s\.$/m);
  const again = await keyturn("start");
  assert.match(again.out, /^clock +2025-02-01T00:00:00Z$/m);
  assert.doesNotMatch(again.err, /started in/);

  const advanced = await keyturn("advance", "31 days");
  assert.equal(advanced.out, "From 2025-02-01T00:00:00Z to 2025-03-04T00:00:00Z: nobody was told anything.");
  const moment = await keyturn("advance", "to", "2025-03-14T11:30Z", "--json");
  assert.deepEqual(moment.json, {
    schemaVersion: 1,
    from: "2025-03-04T00:00:00Z",
    to: "2025-03-14T11:30:00Z",
    messages: [],
  });
  const back = await keyturn("advance", "to", "2025-02-14");
  assert.equal(back.code, exitCodes.configuration);
  assert.match(back.err, /2025-02-14T00:00:00Z has passed.*--allow-backwards/);
  assert.equal((await keyturn("advance", "to", "2025-02-14", "--allow-backwards")).code, exitCodes.ok);

  assert.equal((await keyturn("outbox")).out, "Nobody was sent anything.");
  assert.deepEqual((await keyturn("outbox", "--json")).json, { schemaVersion: 1, messages: [] });
  assert.equal((await keyturn("mail")).out, "No mail was delivered.");
  assert.deepEqual((await keyturn("mail", "--json")).json, { schemaVersion: 1, messages: [] });
  assert.deepEqual((await keyturn("log", "--json")).json, { schemaVersion: 1, calls: [] });

  const environment = await keyturn("env", "--json");
  const { variables, pathFolders } = environment.json as {
    variables: Record<string, string>;
    pathFolders: string[];
  };
  assert.equal(variables.NODE_EXTRA_CA_CERTS, `${folder}/ca.pem`);
  assert.match(variables.PULUMI_DEBUG_PROVIDERS ?? "", /^random:\d+,azuread:\d+,azure-native:\d+$/);
  assert.ok(pathFolders.some((path) => readdirSync(path).includes("pulumi")));
  assert.match((await keyturn("env", "--shell", "fish")).out, /^set -gx AZURE_TENANT_ID '/m);

  assert.equal((await keyturn("stop")).out, "Stopped.");
  assert.equal((await keyturn("stop", "--json")).json.result, "not running");
});

test("faults are added, listed, and cleared", async (t) => {
  const { keyturn } = sandboxCommand(t);
  const added = await keyturn(
    "fault",
    "add",
    "--operation",
    "graph.*",
    "--nth",
    "2",
    "--status",
    "503",
    "--after",
  );
  assert.equal(added.out, "Fault 1: graph.*, nth 2: status, status 503, after", added.err);
  const second = await keyturn("fault", "add", "--probability", "0.5", "--times", "3", "--hang", "--json");
  assert.equal((second.json.rule as { id: string }).id, "2");
  const { out } = await keyturn("fault", "list");
  assert.match(
    out,
    /^Fault 2: every call, probability 0.5, at most 3 times: hang; 0 calls matched, struck 0 times$/m,
  );
  assert.equal((await keyturn("fault", "clear", "1")).out, "1 fault cleared.");
  assert.equal((await keyturn("fault", "clear", "--json")).json.cleared, 1);
  assert.equal((await keyturn("fault", "list")).out, "No fault is set up.");
});

for (const [args, message] of [
  [["start", "--port", "http"], /--port http: a whole number from 1 to 65535 is allowed/],
  [["start", "--port", "70000"], /--port 70000/],
  [["start", "--now", "yesterday"], /--now yesterday: allowed is 2025-02-14/],
  [["start", "--now", "2025-02-30"], /--now 2025-02-30/],
  [["advance", "a while"], /advance a while: allowed is a whole number and a unit/],
  [["advance", "to", "later"], /advance to later: allowed is 2025-02-14/],
  [["advance", "2 days", "--allow-backwards"], /--allow-backwards goes with "advance to"/],
  [["env", "--shell", "tcsh"], /--shell tcsh: sh, fish, powershell are allowed/],
  [["log", "--after", "x"], /--after x: a whole number is allowed/],
  [["fault", "add"], /exactly one effect is needed/],
  [["nonsense"], /unknown command 'nonsense'/],
] as [string[], RegExp][]) {
  test(`keyturn sandbox ${args.join(" ")}: refused, and nothing is started`, async (t) => {
    const { folder, keyturn } = sandboxCommand(t);
    const { code, out, err } = await keyturn(...args);
    assert.equal(code, exitCodes.configuration);
    assert.equal(out, "");
    assert.match(err, message);
    assert.doesNotMatch(err, /\n\s+at /, "no stack trace");
    assert.deepEqual(readdirSync(folder), []);
  });
}
