import { join } from "node:path";
import { executableName, findExecutable, pathFolders } from "../find-on-path.ts";
import type { OnProgress } from "../progress.ts";
import { startStep } from "../progress.ts";
import { describeFailure, runProcess } from "../run-process.ts";
import { judgeGo } from "./choose.ts";
import {
  cliPackage,
  cliVersion,
  cliVersionVariable,
  goModules,
  goVersion,
  languageHostPackage,
  languageHostVersion,
} from "./pins.ts";

const minuteMs = 60_000;

/** One program to build. */
interface Target {
  name: string;
  module: string;
  package: string;
  linkerFlags: string;
  step: string;
  expectation: string;
}

const targets: Target[] = [
  {
    name: "pulumi",
    module: goModules.cli,
    package: cliPackage,
    // `-s -w` leaves the debugger's tables out: a third of the size.
    linkerFlags: `-s -w -X ${cliVersionVariable}=v${cliVersion}`,
    step: `Building the Pulumi CLI ${cliVersion} with Go`,
    expectation: "about 7 minutes on 2 cores",
  },
  {
    name: "pulumi-language-nodejs",
    module: goModules.languageHost,
    package: languageHostPackage,
    linkerFlags: "-s -w",
    step: `Building Pulumi's Node language host ${languageHostVersion} with Go`,
    expectation: "about 1 minute on 2 cores",
  },
];

/**
 * Builds the CLI and its Node language host into `root`/bin from Go modules, each module checked against
 * the pinned hashes.
 *
 * @throws an Error that says why it cannot be done, for `noPulumiMessage`.
 */
export async function buildWithGo(
  root: string,
  env: NodeJS.ProcessEnv,
  onProgress: OnProgress,
): Promise<void> {
  const go = findExecutable("go", pathFolders(env));
  if (go === undefined) throw new Error(`no go in the folders of PATH; Go ${goVersion} or later is needed`);
  const goEnv = buildEnvironment(env);
  await checkGoVersion(go, goEnv, onProgress);
  for (const target of targets) {
    await build(go, target, join(root, "bin"), goEnv, onProgress);
  }
}

/** The caller's environment without what would make the build a different one. */
function buildEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { GOOS: _os, GOARCH: _architecture, ...rest } = env;
  return { ...rest, CGO_ENABLED: "0", GOWORK: "off" };
}

async function checkGoVersion(go: string, env: NodeJS.ProcessEnv, onProgress: OnProgress): Promise<void> {
  // Asked inside the module, because there Go (1.21 or later, GOTOOLCHAIN=auto) fetches the toolchain that
  // the module needs and answers with that one's version.
  const step = startStep(onProgress, "Asking Go for its version");
  try {
    const asked = await runProcess(go, ["env", "GOVERSION"], {
      cwd: goModules.cli,
      env,
      timeoutMs: 10 * minuteMs,
    });
    if (asked.exitCode !== 0) {
      throw new Error(`Go ${goVersion} or later is needed; ${describeFailure(go, asked)}`);
    }
    const tooOld = judgeGo(go, asked.stdout);
    if (tooOld !== undefined) throw new Error(tooOld);
  } finally {
    step.end();
  }
}

async function build(
  go: string,
  target: Target,
  folder: string,
  env: NodeJS.ProcessEnv,
  onProgress: OnProgress,
): Promise<void> {
  const step = startStep(onProgress, target.step, target.expectation);
  const count = goOutputCounter();
  try {
    const args = ["build", "-v", "-mod=readonly", "-trimpath", "-buildvcs=false"];
    const built = await runProcess(
      go,
      [
        ...args,
        "-ldflags",
        target.linkerFlags,
        "-o",
        join(folder, executableName(target.name)),
        target.package,
      ],
      {
        cwd: target.module,
        env,
        timeoutMs: 90 * minuteMs,
        onLine: (line) => step.detail(count(line)),
      },
    );
    if (built.exitCode !== 0) throw new Error(describeFailure(`go build ${target.package}`, built));
  } finally {
    step.end();
  }
}

/** Reads `go build -v`, which names each module that it downloads and each package that it compiles. */
export function goOutputCounter(): (line: string) => string {
  let modules = 0;
  let packages = 0;
  return (line) => {
    if (line.startsWith("go: downloading ")) modules += 1;
    else if (/^[\w.\-/~]+$/.test(line)) packages += 1;
    return packages === 0 ? `${modules} modules downloaded` : `${packages} packages compiled`;
  };
}
