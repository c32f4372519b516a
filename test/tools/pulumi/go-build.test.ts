import assert from "node:assert/strict";
import { test } from "node:test";
import { describeFailure, goOutputCounter } from "../../../tools/pulumi/go-build.ts";

test("counts what go build -v names: first modules, then packages", () => {
  const count = goOutputCounter();
  assert.equal(count("go: downloading cel.dev/expr v0.25.2"), "1 modules downloaded");
  assert.equal(count("go: downloading lukechampine.com/frand v1.5.1"), "2 modules downloaded");
  assert.equal(count("internal/goarch"), "1 packages compiled");
  assert.equal(count("github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"), "2 packages compiled");
  assert.equal(count("# some/package: a warning"), "2 packages compiled");
});

test("a failure says how the process ended and its last lines", () => {
  const ended = { exitCode: 1, signal: null, stdout: "", stderr: "1\n2\n3\n4\n5\n6\n7", timedOut: false };
  assert.equal(describeFailure("go build", ended), "go build ended with code 1:\n2\n3\n4\n5\n6\n7");
  assert.equal(
    describeFailure("go build", { ...ended, exitCode: null, signal: "SIGKILL", stderr: "", timedOut: true }),
    "go build took too long",
  );
  assert.match(describeFailure("go build", { ...ended, stderr: "compile: signal: killed" }), /out of memory/);
});
