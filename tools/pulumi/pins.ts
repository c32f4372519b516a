import { fileURLToPath } from "node:url";

/**
 * The Pulumi CLI that Keyturn downloads or builds, and the oldest that it accepts: the version of
 * `@pulumi/pulumi`, which the CLI must not fall behind. `modules/cli/go.mod` builds it.
 */
export const cliVersion = "3.259.0";

/** Go's package of the CLI. */
export const cliPackage = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";

/** The variable of the Go program that `pulumi version` prints; without it a build from modules says nothing. */
export const cliVersionVariable = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/**
 * The last version of the Node language host that can be built from published modules. It needs an older
 * `sdk` than the CLI, hence a Go module of its own: `modules/language-host/go.mod`.
 */
export const languageHostVersion = "3.60.0";

/** Go's package of the Node language host. */
export const languageHostPackage = "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs";

/** The oldest Go that builds both: the `go` line of `modules/cli/go.mod`. */
export const goVersion = "1.25.11";

/** The pinned Go modules: `go.mod` says what is built, `go.sum` the hash of every module in it. */
export const goModules = {
  cli: fileURLToPath(new URL("./modules/cli", import.meta.url)),
  languageHost: fileURLToPath(new URL("./modules/language-host", import.meta.url)),
};
