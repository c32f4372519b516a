import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { judgeGo, judgePath, noPulumiMessage } from "../../../tools/pulumi/choose.ts";
import { cliVersion, goVersion } from "../../../tools/pulumi/pins.ts";

const found = { pulumi: "/opt/bin/pulumi", versionText: "v3.300.1\n", languageHost: "/opt/bin/host" };

test("a newer CLI of the same major version will do, and so will the pinned one", () => {
  assert.deepEqual(judgePath(found), { usable: true, version: "3.300.1" });
  assert.deepEqual(judgePath({ ...found, versionText: `v${cliVersion}` }), {
    usable: true,
    version: cliVersion,
  });
});

test("whatever the version, it is accepted if and only if it is 3.x and not older", () => {
  const part = fc.integer({ min: 0, max: 400 });
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 4 }), part, part, (major, minor, patch) => {
      const verdict = judgePath({ ...found, versionText: `v${major}.${minor}.${patch}` });
      assert.equal(verdict.usable, major === 3 && minor >= 259);
    }),
    {
      examples: [
        [3, 259, 0],
        [3, 258, 400],
        [4, 0, 0],
        [2, 400, 0],
      ],
    },
  );
});

test("each reason against the CLI on PATH names what was found and what is needed", () => {
  const reason = (changed: object) => {
    const verdict = judgePath({ ...found, ...changed });
    assert.ok(!verdict.usable);
    return verdict.reason;
  };
  assert.match(reason({ pulumi: undefined, versionText: undefined }), /no pulumi in the folders of PATH/);
  assert.match(
    reason({ versionText: "v3.100.0" }),
    /\/opt\/bin\/pulumi is version 3\.100\.0; needed is 3\.\d+\.\d+ or later within 3\.x/,
  );
  assert.match(reason({ versionText: "v4.0.0" }), /is version 4\.0\.0/);
  assert.match(reason({ versionText: "" }), /does not tell its version \(it says: nothing\)/);
  assert.match(reason({ languageHost: undefined }), /no pulumi-language-nodejs/);
});

test("Go is judged by its numbers, release candidates included", () => {
  assert.equal(judgeGo("/go", `go${goVersion}\n`), undefined);
  assert.equal(judgeGo("/go", "go1.26.8"), undefined);
  assert.equal(judgeGo("/go", "go1.27rc1"), undefined);
  assert.equal(judgeGo("/go", "go1.19.2"), `/go is Go 1.19.2; Go ${goVersion} or later is needed`);
  assert.equal(judgeGo("/go", "go1.20"), `/go is Go 1.20.0; Go ${goVersion} or later is needed`);
  assert.match(judgeGo("/go", "devel +abc") ?? "", /does not tell its version \(it says: devel \+abc\)/);
});

test("the message says what was tried, why each failed and what to install", () => {
  const message = noPulumiMessage([
    { source: "path", reason: "no pulumi in the folders of PATH" },
    { source: "download", reason: "the installer ended with code 1:\nno route" },
    { source: "build", reason: "/usr/bin/go is Go 1.19.0; Go 1.25.11 or later is needed" },
  ]);
  assert.equal(
    message,
    [
      `There is no usable Pulumi CLI (${cliVersion} or later, with its Node language host). Tried:`,
      "  - On PATH: no pulumi in the folders of PATH",
      "  - Official download: the installer ended with code 1:",
      "      no route",
      "  - Build with Go: /usr/bin/go is Go 1.19.0; Go 1.25.11 or later is needed",
      "Install one of these and try again:",
      `  - the Pulumi CLI ${cliVersion} or later: https://www.pulumi.com/docs/install/`,
      `  - Go ${goVersion} or later (https://go.dev/dl/) and access to a Go module proxy (GOPROXY), 3 GB of memory`,
    ].join("\n"),
  );
});
