import { type RequestOptions, request } from "node:http";
import { text } from "node:stream/consumers";
import {
  type ControlInput,
  type ControlOperation,
  type ControlResults,
  controlAnswer,
  type ProcessRecord,
} from "./control-protocol.ts";

/** The sandbox's process could not be reached, or did not answer in time. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";
}

/** The sandbox refused an order, or failed at it. */
export class ControlError extends Error {
  override readonly name = "ControlError";
  readonly kind: "refused" | "failed";

  constructor(kind: ControlError["kind"], message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Moving the clock over years with much to do takes a while; everything else answers at once. */
const TIMEOUTS_MS: Partial<Record<ControlOperation, number>> = { advance: 10 * 60_000 };
const TIMEOUT_MS = 15_000;

/** Gives orders to a sandbox in another process. */
export class SandboxClient {
  readonly #control: NonNullable<ProcessRecord["control"]>;

  constructor(control: NonNullable<ProcessRecord["control"]>) {
    this.#control = control;
  }

  /**
   * @throws UnreachableError if nobody answers
   * @throws ControlError if the sandbox refuses or fails
   */
  async call<Name extends ControlOperation>(
    name: Name,
    args: ControlInput<Name>,
  ): Promise<ControlResults[Name]> {
    const { port, token } = this.#control;
    const answer = controlAnswer.parse(
      JSON.parse(
        await post(JSON.stringify(args), {
          host: "127.0.0.1",
          port,
          method: "POST",
          path: `/${name}`,
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
          timeout: TIMEOUTS_MS[name] ?? TIMEOUT_MS,
          agent: false,
        }),
      ),
    );
    if (!answer.ok) throw new ControlError(answer.kind, answer.message);
    return answer.result as ControlResults[Name];
  }
}

/** Plain `node:http`: proxies and certificates that the environment asks for have no say here. */
function post(body: string, options: RequestOptions): Promise<string> {
  return new Promise((done, fail) => {
    const unreachable = (error: unknown) =>
      fail(new UnreachableError("The sandbox's process does not answer.", { cause: error }));
    const sent = request(options, (response) => text(response).then(done, unreachable));
    sent.on("timeout", () => sent.destroy(new Error("timeout")));
    sent.on("error", unreachable);
    sent.end(body);
  });
}
