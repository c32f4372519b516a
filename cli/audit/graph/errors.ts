import { safeText } from "../safe-text.ts";
import { isRecord } from "./entities.ts";

/** What it takes to read applications, service principals, and who owns them. */
export const RIGHT_TO_READ = "the permission Application.Read.All, with an administrator's consent";

/** Microsoft Graph's refusal of a request, or what it answered that cannot be understood. */
export class GraphError extends Error {
  override readonly name = "GraphError";
  /** The HTTP status; undefined: no answer came, or none that can be read. */
  readonly status: number | undefined;
  /** Graph's own, e.g. `Authorization_RequestDenied`. */
  readonly code: string | undefined;

  constructor(message: string, status?: number, code?: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.code = code;
  }

  /** The caller is known, and lacks a right. */
  get isRefusal(): boolean {
    return this.status === 401 || this.status === 403;
  }

  /** Graph does not do what was asked for here: in this cloud, or in this kind of tenant. */
  get isUnsupported(): boolean {
    return this.status === 400 || this.status === 404 || this.status === 405 || this.status === 501;
  }
}

/**
 * The error that an answer stands for. Of the body only code and message are taken, and both are made safe.
 * @param question method and path, without the query, which can hold a page token.
 */
export function errorOfAnswer(question: string, status: number, body: string | null | undefined): GraphError {
  let code: string | undefined;
  let message: string | undefined;
  try {
    const json: unknown = JSON.parse(body ?? "");
    const error = isRecord(json) ? json.error : undefined;
    if (isRecord(error)) {
      if (typeof error.code === "string") code = safeText(error.code);
      if (typeof error.message === "string") message = safeText(error.message);
    }
  } catch {
    // No JSON: a proxy's page, say. The status tells enough.
  }
  const detail = [code, message].filter((text) => text !== undefined && text !== "").join(": ");
  return new GraphError(`${question} answered ${status}${detail === "" ? "" : `, ${detail}`}`, status, code);
}
