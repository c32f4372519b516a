import { type FaceAnswer, type FaceRequest, headerOf, jsonAnswer } from "../exchange.ts";

/** OAuth's own error codes (RFC 6749, section 5.2), and Entra's additions. */
export type OAuthError =
  | "invalid_request"
  | "invalid_client"
  | "invalid_grant"
  | "invalid_scope"
  | "invalid_resource"
  | "invalid_tenant"
  | "invalid_instance"
  | "unauthorized_client"
  | "unsupported_grant_type"
  | "access_denied"
  | "interaction_required"
  | "temporarily_unavailable"
  | "server_error";

export interface SignInErrorArgs {
  status: number;
  error: OAuthError;
  /** The number after `AADSTS`. */
  code: number;
  /** The text after `AADSTS….: `. */
  message: string;
  suberror?: "consent_required" | "bad_token" | "basic_action";
  headers?: Record<string, string>;
}

/**
 * A refusal by the token service.
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
export class SignInError extends Error {
  override readonly name = "SignInError";
  readonly args: SignInErrorArgs;

  constructor(args: SignInErrorArgs) {
    super(`AADSTS${args.code}: ${args.message}`);
    this.args = args;
  }
}

/** The refusal in the shape in which Entra answers. */
export function signInErrorAnswer(
  { args, message }: SignInError,
  { request, nowMs, origin }: { request: Pick<FaceRequest, "id" | "headers">; nowMs: number; origin: string },
): FaceAnswer {
  const { error, code, status, suberror, headers } = args;
  const timestamp = new Date(nowMs)
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, "Z");
  const correlationId = headerOf(request, "client-request-id") ?? request.id;
  return jsonAnswer(
    status,
    {
      error,
      error_description: `${message} Trace ID: ${request.id} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
      error_codes: [code],
      timestamp,
      trace_id: request.id,
      correlation_id: correlationId,
      error_uri: `${origin}/error?code=${code}`,
      ...(suberror === undefined ? {} : { suberror }),
    },
    headers,
  );
}
