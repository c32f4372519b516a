/**
 * Exit codes, the same as Pulumi's own, which its project declares stable
 * (https://github.com/pulumi/pulumi, sdk/go/common/util/cmdutil/exit.go).
 */
export const exitCodes = {
  ok: 0,
  error: 1,
  /** Bad flags or settings. */
  configuration: 2,
  authentication: 3,
  resource: 4,
  policy: 5,
  stackMissing: 6,
  noChanges: 7,
  cancelled: 8,
  timeout: 9,
  /** `keyturn audit` has findings at or above `--fail-on`. Not one of Pulumi's. */
  findings: 10,
  /** `keyturn pipeline deploy`: what would change is not what was reviewed. Not one of Pulumi's. */
  notReviewed: 11,
  /** `keyturn pipeline rotate`: something would change that does not belong to rotation. Not one of Pulumi's. */
  notRotation: 12,
  internal: 255,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Something the user can put right: shown as its message alone, without a stack trace. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: number;

  constructor(message: string, exitCode: number = exitCodes.error, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
