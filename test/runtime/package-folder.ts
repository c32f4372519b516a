import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
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

/** A file of a package, as `npm pack --json` lists it. */
export interface PackedFile {
  /** Relative to the package. */
  readonly path: string;
  readonly size: number;
}

/**
 * Builds and packs the package as it is published, and installs the tarball into `folder`/app with what it declares
 * as its dependencies and peers that it needs, and nothing else, so that an import of anything else fails.
 * @returns the consumer's folder, and what was packed
 */
export function installPackedPackage(folder: string): { app: string; files: readonly PackedFile[] } {
  const source = join(root, "runtime");
  const copy = join(folder, "runtime");
  mkdirSync(copy);
  for (const name of readdirSync(source)) {
    if (name !== "dist" && name !== "src" && name !== "node_modules") {
      cpSync(join(source, name), join(copy, name), { recursive: true });
    }
  }
  compile("-p", "runtime/tsconfig.build.json", "--outDir", join(copy, "dist"));
  // What `prepack` does is done above, away from the checkout.
  const pack = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const [packed] = JSON.parse(execFileSync("npm", pack, { cwd: copy, encoding: "utf8" })) as {
    filename: string;
    files: PackedFile[];
  }[];
  if (packed === undefined) {
    throw new Error("npm packed nothing");
  }
  const app = join(folder, "app");
  const installed = join(app, "node_modules", "@keyturn", "runtime");
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["-xzf", join(folder, packed.filename), "-C", installed, "--strip-components=1"]);
  const declared = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
    peerDependencies: Record<string, string>;
    peerDependenciesMeta: Record<string, { optional?: boolean }>;
  };
  const peers = Object.keys(declared.peerDependencies);
  const needed = peers.filter((name) => declared.peerDependenciesMeta[name]?.optional !== true);
  for (const name of [...Object.keys(declared.dependencies), ...needed]) {
    provide(app, name);
  }
  writeFileSync(join(app, "package.json"), '{ "type": "module" }');
  return { app, files: packed.files };
}

/** Gives the consumer one more package, of the version that this project has. */
export function provide(app: string, name: string): void {
  const path = join(app, "node_modules", name);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(join(root, "node_modules", name), path);
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
