import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { CommandError } from "../../cli/exit-codes.ts";
import { cacheFolder } from "../../tools/cache-folder.ts";
import { describeFailure, runProcess } from "../../tools/run-process.ts";

/**
 * A project as `pulumi new azure-typescript` leaves it (https://github.com/pulumi/templates), with this
 * checkout's versions of the SDKs: Pulumi compiles it with ts-node and checks its types at each run.
 */
const files = (versions: Record<string, string>) => ({
  "package.json": {
    name: "template",
    main: "index.ts",
    dependencies: versions,
    devDependencies: { "@types/node": "^24", typescript: "5.9.3" },
  },
  "tsconfig.json": {
    compilerOptions: {
      strict: true,
      outDir: "bin",
      target: "es2020",
      module: "commonjs",
      moduleResolution: "node",
      sourceMap: true,
      experimentalDecorators: true,
      pretty: true,
      noFallthroughCasesInSwitch: true,
      noImplicitReturns: true,
      forceConsistentCasingInFileNames: true,
    },
    files: ["index.ts"],
  },
  "Pulumi.yaml": { name: "keyturn", runtime: "nodejs" },
});

const installTimeoutMs = 10 * 60_000;

/** Makes such a project by `npm install`, once for these versions, and returns its folder. It has no program yet. */
export async function templateProject(versions: Record<string, string>): Promise<string> {
  const contents = files(versions);
  const digest = createHash("sha256").update(JSON.stringify(contents)).digest("hex").slice(0, 12);
  const cache = cacheFolder({ env: process.env, platform: process.platform, home: homedir() });
  const folder = join(cache, "bench", `template-${digest}`);
  if (existsSync(folder)) return folder;
  await mkdir(join(cache, "bench"), { recursive: true });
  const aside = await mkdtemp(`${folder}.making-`);
  try {
    for (const [name, content] of Object.entries(contents)) {
      await writeFile(join(aside, name), JSON.stringify(content, undefined, 2));
    }
    const installed = await runProcess("npm", ["install", "--no-audit", "--no-fund"], {
      cwd: aside,
      env: process.env,
      timeoutMs: installTimeoutMs,
    });
    if (installed.exitCode !== 0) throw new CommandError(describeFailure("npm install", installed));
    await rename(aside, folder);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return folder;
}
