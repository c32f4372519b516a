/**
 * A refusal by the directory, in the words of Microsoft Graph
 * (https://learn.microsoft.com/graph/errors). Both faces of the sandbox pass it on: the Graph face as it
 * is, the provider face as its message.
 */
export class DirectoryError extends Error {
  override readonly name = "DirectoryError";
  /** The HTTP status. */
  readonly status: number;
  /** Graph's error code, e.g. `Request_ResourceNotFound`. */
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function notFound(id: string): DirectoryError {
  return new DirectoryError(
    404,
    "Request_ResourceNotFound",
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

export function badRequest(message: string): DirectoryError {
  return new DirectoryError(400, "Request_BadRequest", message);
}

export function valueRequired(property: string, resource: string): DirectoryError {
  return badRequest(`A value is required for property '${property}' of resource '${resource}'.`);
}

export function accessDenied(message = "Insufficient privileges to complete the operation."): DirectoryError {
  return new DirectoryError(403, "Authorization_RequestDenied", message);
}
