import { ArmError } from "../../arm/errors.ts";
import { KeyVaultError } from "../../keyvault/errors.ts";
import { ProviderError } from "../provider.ts";

/** A service's refusal as the provider words it; any other error as it is. */
export function asProviderError(error: unknown, before = ""): unknown {
  return isServiceError(error) ? new ProviderError("UNKNOWN", `${before}${worded(error)}`) : error;
}

export function isServiceError(error: unknown): error is ArmError | KeyVaultError {
  return error instanceof ArmError || error instanceof KeyVaultError;
}

function worded({ status, code, message }: ArmError | KeyVaultError): string {
  return `Status=${status} Code="${code}" Message="${message}"`;
}
