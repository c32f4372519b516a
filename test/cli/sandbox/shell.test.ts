import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { test } from "node:test";
import {
  likelyShell,
  SHELLS,
  type Shell,
  type ShellSettings,
  shellScript,
} from "../../../cli/sandbox/shell.ts";

const NASTY = `it's "a" $HOME \`id\` \\ é`;

const SETTINGS: ShellSettings = {
  variables: { KEYTURN_PLAIN: "plain", KEYTURN_NASTY: NASTY },
  pathFolders: ["/first folder/bin", "/second's/bin"],
  nodeOption: "--import=file:///names.ts",
};

/** How a shell says what it has: three lines. */
const SHOW: Record<Shell, string> = {
  sh: 'printf "%s\\n" "$KEYTURN_NASTY" "$PATH" "$NODE_OPTIONS"',
  fish: 'printf "%s\\n" "$KEYTURN_NASTY" (string join : $PATH) "$NODE_OPTIONS"',
  powershell: "$env:KEYTURN_NASTY; $env:PATH; $env:NODE_OPTIONS",
};
const COMMANDS: Record<Shell, [string, string[]]> = {
  sh: ["/bin/sh", ["-c"]],
  fish: ["fish", ["--no-config", "-c"]],
  powershell: ["pwsh", ["-NoProfile", "-Command"]],
};

for (const shell of SHELLS) {
  const [command, args] = COMMANDS[shell];
  const missing = spawnSync(command, [...args, "exit 0"]).error !== undefined;
  for (const before of ["", "--max-old-space-size=512"]) {
    const name = `${shell} takes the settings as they are, also twice, with NODE_OPTIONS "${before}"`;
    test(name, { skip: missing && `${command} is not here` }, () => {
      const script = shellScript(shell, SETTINGS);
      const env = { PATH: "/usr/bin:/bin", HOME: "/nowhere", NODE_OPTIONS: before };
      const said = execFileSync(command, [...args, `${script}\n${script}\n${SHOW[shell]}`], {
        env,
        encoding: "utf8",
      });
      assert.deepEqual(said.trimEnd().split(/\r?\n/), [
        NASTY,
        "/first folder/bin:/second's/bin:/usr/bin:/bin",
        `${before} ${SETTINGS.nodeOption}`.trim(),
      ]);
    });
  }
}

test("fish and PowerShell quote in their own way", () => {
  const settings = { variables: { A: "it's \\ $B" }, pathFolders: [], nodeOption: "--x" };
  assert.equal(shellScript("fish", settings).split("\n")[0], "set -gx A 'it\\'s \\\\ $B'");
  assert.equal(shellScript("powershell", settings).split("\n")[0], "$env:A = 'it''s \\ $B'");
});

test("the shell is the one that SHELL names", () => {
  assert.equal(likelyShell({ SHELL: "/usr/bin/fish" }, "linux"), "fish");
  assert.equal(likelyShell({ SHELL: "/bin/zsh" }, "darwin"), "sh");
  assert.equal(likelyShell({}, "win32"), "powershell");
  assert.equal(likelyShell({ SHELL: "/usr/bin/bash" }, "win32"), "sh");
});
