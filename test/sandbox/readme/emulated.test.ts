import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { allServices } from "../../../sandbox/https/service-list.ts";
import { emulatedMarkdown } from "../../../sandbox/readme/emulated.ts";
import { withEmulatedSection } from "../../../sandbox/readme/section.ts";

test("the README's table is what the code does", async () => {
  const readme = await readFile(new URL("../../../sandbox/README.md", import.meta.url), "utf8");
  assert.equal(
    readme,
    withEmulatedSection(readme, emulatedMarkdown()),
    "sandbox/README.md is out of date: run `node sandbox/readme/write.ts`",
  );
});

test("operations have names, paths and documentation of their own", () => {
  const operations = allServices.flatMap((service) => service.operations);
  const names = operations.map(({ name }) => name);
  assert.deepEqual(names, [...new Set(names)]);
  for (const { name, operations: own } of allServices) {
    const requests = own.map(({ method, path }) => `${method} ${path}`);
    assert.deepEqual(requests, [...new Set(requests)]);
    for (const operation of own) assert.ok(operation.name.startsWith(`${name}.`), operation.name);
  }
  for (const { documentation } of operations) {
    assert.equal(new URL(documentation).hostname, "learn.microsoft.com");
  }
});
