import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Command } from "commander";
import { commands } from "../../cli/commands/index.ts";
import { quietTerminal } from "../support/scripted-engine.ts";

/** Those of `pulumi up` and `pulumi preview` (pkg/cmd/pulumi/operations of github.com/pulumi/pulumi v3.259.0), and the global ones. */
const PULUMIS: Readonly<Record<string, string>> = {
  "-C": "--cwd",
  "-c": "--config",
  "-f": "--skip-preview",
  "-j": "--json",
  "-m": "--message",
  "-p": "--parallel",
  "-r": "--refresh",
  "-s": "--stack",
  "-t": "--target",
  "-v": "--verbose",
  "-y": "--yes",
};

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

describe("the short flags", () => {
  it("mean what Pulumi's mean, where Pulumi has one of that letter", () => {
    const program = new Command("keyturn");
    for (const register of commands) register(program, { terminal: quietTerminal(), setExitCode: () => {} });
    const all = withSubcommands(program).flatMap((command) =>
      command.options.map(({ short, long }) => ({ command: command.name(), short, long })),
    );
    assert.ok(all.some(({ short, long }) => short === "-s" && long === "--stack"));
    const others = all.filter(
      ({ short, long }) =>
        typeof short === "string" && PULUMIS[short] !== undefined && PULUMIS[short] !== long,
    );
    assert.deepEqual(others, []);
  });
});
