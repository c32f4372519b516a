import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The TypeScript compiler's executable. */
const tsc = join(root, "node_modules", ".bin", "tsc");

/** Compiles; throws with the compiler's words if it finds anything. */
export function compile(...args: string[]): void {
  try {
    execFileSync(tsc, args, { cwd: root, encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    const { stdout } = error as { stdout?: string };
    throw new Error(`tsc ${args.join(" ")}\n${stdout ?? String(error)}`);
  }
}

/**
 * Builds the package as it is published and installs it into `folder`/app, as a consumer would have it.
 * @returns the consumer's folder
 */
export function installBuiltPackage(folder: string): string {
  const app = join(folder, "app");
  const installed = join(app, "node_modules", "@keyturn", "runtime");
  mkdirSync(installed, { recursive: true });
  compile("-p", "runtime/tsconfig.build.json", "--outDir", join(installed, "dist"));
  copyFileSync(join(root, "runtime", "package.json"), join(installed, "package.json"));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(app, "package.json"), '{ "type": "module" }');
  return app;
}

/** Compiles this project's own files to JavaScript that older versions of Node run, into `folder`. */
export function compileForOlderNode(folder: string, include: readonly string[]): void {
  const config = join(folder, "tsconfig.json");
  writeFileSync(
    config,
    JSON.stringify({
      extends: join(root, "tsconfig.json"),
      compilerOptions: {
        target: "es2023",
        noEmit: false,
        allowImportingTsExtensions: false,
        rootDir: root,
        outDir: join(folder, "out"),
        typeRoots: [join(root, "node_modules", "@types")],
      },
      include: include.map((path) => join(root, path)),
    }),
  );
  compile("-p", config);
  writeFileSync(join(folder, "out", "package.json"), '{ "type": "module" }');
  symlinkSync(join(root, "node_modules"), join(folder, "out", "node_modules"));
}
