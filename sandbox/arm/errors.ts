/**
 * A refusal by Azure Resource Manager or by the service behind it
 * (https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors).
 */
export class ArmError extends Error {
  override readonly name = "ArmError";
  /** The HTTP status. */
  readonly status: number;
  /** E.g. `ResourceNotFound`. */
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function badRequest(message: string, code = "BadRequest"): ArmError {
  return new ArmError(400, code, message);
}

export function resourceGroupNotFound(name: string): ArmError {
  return new ArmError(404, "ResourceGroupNotFound", `Resource group '${name}' could not be found.`);
}

/** @param resource `TYPE/NAME` */
export function resourceNotFound(resource: string, resourceGroup: string): ArmError {
  return new ArmError(
    404,
    "ResourceNotFound",
    `The Resource '${resource}' under resource group '${resourceGroup}' was not found. For more details please ` +
      "go to https://aka.ms/ARMResourceNotFoundFix",
  );
}

/** @param type the nested type without its namespace, e.g. `vaults/secrets` */
export function parentNotFound(verb: "read" | "write", type: string, parentId: string): ArmError {
  return new ArmError(
    404,
    "ParentResourceNotFound",
    `Failed to perform '${verb}' on resource(s) of type '${type}', because the parent resource '${parentId}' ` +
      "could not be found.",
  );
}

export function subscriptionNotFound(subscriptionId: string): ArmError {
  return new ArmError(
    404,
    "SubscriptionNotFound",
    `The subscription '${subscriptionId}' could not be found.`,
  );
}

export function authorizationFailed(
  { clientId, principalId }: { clientId: string; principalId: string },
  action: string,
  scope: string,
): ArmError {
  return new ArmError(
    403,
    "AuthorizationFailed",
    `The client '${clientId}' with object id '${principalId}' does not have authorization to perform action ` +
      `'${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh ` +
      "your credentials.",
  );
}

/** For what Azure can do and the sandbox cannot. */
export function notEmulated(what: string): ArmError {
  return new ArmError(501, "NotEmulated", `The sandbox does not emulate ${what}.`);
}
