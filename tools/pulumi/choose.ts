import { parse } from "semver";
import { cliVersion, goVersion } from "./pins.ts";

/** Where a usable Pulumi CLI came from. */
export type PulumiSource = "path" | "download" | "build";

/** One way that was tried, and why it gave no usable CLI. */
export interface FailedAttempt {
  source: PulumiSource;
  reason: string;
}

/** What the folders of PATH hold. */
export interface FoundOnPath {
  /** The `pulumi` that a shell would run, if any. */
  pulumi: string | undefined;
  /** What `pulumi version` prints. */
  versionText: string | undefined;
  /** The `pulumi-language-nodejs` that the engine would run, if any. */
  languageHost: string | undefined;
}

/** Whether the CLI on PATH will do, with its version, or else why not. */
export type PathVerdict = { usable: true; version: string } | { usable: false; reason: string };

/** Judges the CLI on PATH: same major version as the SDK and not older, with its Node language host. */
export function judgePath(found: FoundOnPath): PathVerdict {
  if (found.pulumi === undefined) return { usable: false, reason: "no pulumi in the folders of PATH" };
  const version = parse(found.versionText?.trim() ?? "");
  if (version === null) {
    const said = found.versionText?.trim() || "nothing";
    return { usable: false, reason: `${found.pulumi} does not tell its version (it says: ${said})` };
  }
  const needed = parse(cliVersion, {}, true);
  if (version.major !== needed.major || version.compare(needed) < 0) {
    return {
      usable: false,
      reason: `${found.pulumi} is version ${version}; needed is ${cliVersion} or later within ${needed.major}.x`,
    };
  }
  if (found.languageHost === undefined) {
    return {
      usable: false,
      reason: `${found.pulumi} (${version}) has no pulumi-language-nodejs beside it or in the folders of PATH`,
    };
  }
  return { usable: true, version: version.version };
}

/** What `go env GOVERSION` printed, judged: undefined if it can build the CLI, else why not. */
export function judgeGo(goPath: string, versionText: string): string | undefined {
  // Release candidates are written `go1.25rc1`, which is not a semantic version: read the numbers alone.
  const numbers = /^go(\d+)\.(\d+)(?:\.(\d+))?/.exec(versionText.trim());
  const found = numbers && parse(`${numbers[1]}.${numbers[2]}.${numbers[3] ?? 0}`);
  if (!found) return `${goPath} does not tell its version (it says: ${versionText.trim() || "nothing"})`;
  if (found.compare(goVersion) >= 0) return undefined;
  return `${goPath} is Go ${found}; Go ${goVersion} or later is needed`;
}

/** What the user reads when no way led to a usable CLI. */
export function noPulumiMessage(attempts: readonly FailedAttempt[]): string {
  const label: Record<PulumiSource, string> = {
    path: "On PATH",
    download: "Official download",
    build: "Build with Go",
  };
  const tried = attempts.map(
    ({ source, reason }) => `  - ${label[source]}: ${reason.replaceAll("\n", "\n      ")}`,
  );
  return [
    `There is no usable Pulumi CLI (${cliVersion} or later, with its Node language host). Tried:`,
    ...tried,
    "Install one of these and try again:",
    `  - the Pulumi CLI ${cliVersion} or later: https://www.pulumi.com/docs/install/`,
    `  - Go ${goVersion} or later (https://go.dev/dl/) and access to a Go module proxy (GOPROXY), 3 GB of memory`,
  ].join("\n");
}
