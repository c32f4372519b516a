/** Something asked for that exists in Azure and not in the sandbox: answered with status 501 and its name. */
export class Unsupported extends Error {
  override readonly name = "Unsupported";
  /** What is not emulated, e.g. `Microsoft Graph: query option $search`. */
  readonly what: string;

  constructor(what: string) {
    super(`The sandbox does not emulate this: ${what}`);
    this.what = what;
  }
}
