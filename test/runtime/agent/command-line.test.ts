import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseCommandLine } from "../../../runtime/src/agent/command-line.ts";
import { durationMs } from "../../../runtime/src/agent/duration.ts";

const vault = ["--vault-url", "https://kt.vault.azure.net", "--secret", "mailman-office365"];

describe("parseCommandLine", () => {
  it("reads a file command with its defaults", () => {
    assert.deepEqual(parseCommandLine(["file", ...vault, "--path", "/run/secret"]), {
      kind: "run",
      settings: {
        command: "file",
        source: { kind: "vault", vaultUrl: "https://kt.vault.azure.net", secretName: "mailman-office365" },
        intervalMs: 600_000,
        startTimeoutMs: 60_000,
        json: false,
        path: "/run/secret",
        mode: 0o600,
        once: false,
      },
    });
  });

  it("leaves the program's own flags to the program", () => {
    const line = parseCommandLine(["exec", ...vault, "--env", "SECRET", "--", "mailer", "--json", "-h"]);
    assert.ok(line.kind === "run" && line.settings.command === "exec");
    assert.equal(line.settings.program, "mailer");
    assert.deepEqual(line.settings.programArgs, ["--json", "-h"]);
    assert.equal(line.settings.json, false);
    assert.equal(line.settings.onRotation, "restart");
    assert.equal(line.settings.stopTimeoutMs, 30_000);
  });

  it("shows help and version whatever else is asked", () => {
    assert.equal(parseCommandLine(["--help"]).kind, "help");
    assert.equal(parseCommandLine(["file", "-h"]).kind, "help");
    assert.equal(parseCommandLine(["-V"]).kind, "version");
  });

  const mistaken: [string[], string[]][] = [
    [
      [],
      [
        'the command is "", allowed is file or exec',
        "the source is missing: --vault-url and --secret, or --source-file",
        "--path is missing: the file to keep",
      ],
    ],
    [["file", "--nonsense"], ["Unknown option '--nonsense'"]],
    [
      [
        "file",
        "--vault-url",
        "http://x",
        "--secret",
        "a_b",
        "--path",
        "/x",
        "--mode",
        "0644",
        "--interval",
        "5",
      ],
      [
        '--vault-url is "http://x", allowed is the address of a vault, such as https://NAME.vault.azure.net',
        '--secret is "a_b", allowed are 1 to 127 letters, digits and hyphens',
        '--mode is "0644", allowed is octal, readable by the owner, nothing for others, nothing executable: 0600, 0640',
        '--interval is "5", allowed is a time from 1s to 24h',
      ],
    ],
    [
      ["file", ...vault, "--source-file", "/x", "--path", "/y", "--env", "A", "extra"],
      [
        "--source-file excludes --vault-url and --secret: name one source",
        '"extra" is left over: file takes options only',
        "--env is an option of exec",
      ],
    ],
    [
      [
        "exec",
        ...vault,
        "--once",
        "--on-rotation",
        "signal",
        "--signal",
        "SIGKILL",
        "--stop-timeout",
        "soon",
      ],
      [
        "--once is an option of file",
        '--env is "", allowed is the name of an environment variable',
        "the program is missing: put it and its arguments after --",
        "--on-rotation signal needs --path",
        '--signal is "SIGKILL", allowed is the name of a signal that a program can handle, such as SIGHUP',
        '--stop-timeout is "soon", allowed is a time from 0s to 24h',
      ],
    ],
  ];
  for (const [args, mistakes] of mistaken) {
    it(`names every mistake in: ${args.join(" ") || "nothing"}`, () => {
      assert.deepEqual(parseCommandLine(args), { kind: "mistakes", mistakes });
    });
  }

  it("answers whatever it is given", () => {
    const word = fc.oneof(
      fc.constantFrom("file", "exec", "--path", "--env", "--mode", "0600", "--", "-h", "--interval=1m"),
      fc.string(),
    );
    fc.assert(fc.property(fc.array(word), (args) => void parseCommandLine(args)));
  });
});

describe("durationMs", () => {
  it("reads times as people write them", () => {
    assert.deepEqual(
      ["500ms", "30s", "10m", "1h", "0s", "", "5", "-1s", "1.5s", "1d", " 1s"].map(durationMs),
      [500, 30_000, 600_000, 3_600_000, 0, undefined, undefined, undefined, undefined, undefined, undefined],
    );
  });
});
