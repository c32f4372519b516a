import assert from "node:assert/strict";
import { test } from "node:test";
import { goOutputCounter } from "../../../tools/pulumi/go-build.ts";

test("counts what go build -v names: first modules, then packages", () => {
  const count = goOutputCounter();
  assert.equal(count("go: downloading cel.dev/expr v0.25.2"), "1 modules downloaded");
  assert.equal(count("go: downloading lukechampine.com/frand v1.5.1"), "2 modules downloaded");
  assert.equal(count("internal/goarch"), "1 packages compiled");
  assert.equal(count("github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"), "2 packages compiled");
  assert.equal(count("# some/package: a warning"), "2 packages compiled");
});
