import { applicationOf } from "./application-lookup.ts";
import type { CreationContext } from "./context.ts";
import { badRequest, DirectoryError, notFound, valueRequired } from "./errors.ts";
import type { EntraState, FederatedIdentityCredential } from "./state.ts";

/** https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations */
const FEDERATED_CREDENTIALS_MAX = 20;
const NAME_LENGTH_MAX = 120;
const NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;
const SUBJECT_AND_ISSUER_LENGTH_MAX = 600;

export interface FederatedCredentialBody {
  name?: string;
  issuer?: string;
  subject?: string;
  audiences?: string[];
  description?: string | null;
}

/**
 * Lets an outside identity act as the application.
 * @throws DirectoryError when a value is missing or not allowed, when the name or the pair of issuer and
 * subject is taken, or when the application holds 20 already
 * @see https://learn.microsoft.com/graph/api/application-post-federatedidentitycredentials
 */
export function createFederatedCredential(
  entra: EntraState,
  applicationId: string,
  body: FederatedCredentialBody,
  { randomness }: CreationContext,
): FederatedIdentityCredential {
  const list = applicationOf(entra, applicationId).federatedIdentityCredentials;
  const { name, issuer, subject, audiences } = body;
  if (name === undefined) throw valueRequired("name", "FederatedIdentityCredential");
  if (issuer === undefined) throw valueRequired("issuer", "FederatedIdentityCredential");
  if (subject === undefined) throw valueRequired("subject", "FederatedIdentityCredential");
  if (audiences === undefined) throw valueRequired("audiences", "FederatedIdentityCredential");
  requireAllowed(body);
  if (list.length >= FEDERATED_CREDENTIALS_MAX) {
    throw new DirectoryError(
      403,
      "Directory_QuotaExceeded",
      `The application holds ${FEDERATED_CREDENTIALS_MAX} federated identity credentials, which is all that fits.`,
    );
  }
  const credential = {
    id: randomness.uuid(),
    name,
    issuer,
    subject,
    audiences,
    description: body.description ?? null,
  };
  requireUnique(list, credential);
  list.push(credential);
  return credential;
}

/** @see https://learn.microsoft.com/graph/api/federatedidentitycredential-update */
export function updateFederatedCredential(
  entra: EntraState,
  applicationId: string,
  idOrName: string,
  body: FederatedCredentialBody,
): FederatedIdentityCredential {
  const credential = federatedCredentialOf(entra, applicationId, idOrName);
  if (body.name !== undefined && body.name !== credential.name) {
    throw badRequest("Property 'name' is read-only and cannot be set.");
  }
  requireAllowed(body);
  const { issuer, subject, audiences, description } = body;
  const changed = {
    ...credential,
    ...(issuer === undefined ? {} : { issuer }),
    ...(subject === undefined ? {} : { subject }),
    ...(audiences === undefined ? {} : { audiences }),
    ...(description === undefined ? {} : { description }),
  };
  requireUnique(applicationOf(entra, applicationId).federatedIdentityCredentials, changed);
  return Object.assign(credential, changed);
}

/** @see https://learn.microsoft.com/graph/api/federatedidentitycredential-delete */
export function deleteFederatedCredential(entra: EntraState, applicationId: string, idOrName: string): void {
  const { id } = federatedCredentialOf(entra, applicationId, idOrName);
  const application = applicationOf(entra, applicationId);
  application.federatedIdentityCredentials = application.federatedIdentityCredentials.filter(
    (credential) => credential.id !== id,
  );
}

/** @throws DirectoryError when the application has no such credential. */
export function federatedCredentialOf(
  entra: EntraState,
  applicationId: string,
  idOrName: string,
): FederatedIdentityCredential {
  const found = applicationOf(entra, applicationId).federatedIdentityCredentials.find(
    ({ id, name }) => id === idOrName.toLowerCase() || name === idOrName,
  );
  if (found === undefined) throw notFound(idOrName);
  return found;
}

function requireAllowed({ name, issuer, subject, audiences }: FederatedCredentialBody): void {
  if (name !== undefined && (name.length > NAME_LENGTH_MAX || !NAME_PATTERN.test(name))) {
    throw badRequest(
      `Invalid value specified for property 'name': '${name}'. It holds 1 to ${NAME_LENGTH_MAX} letters, digits, hyphens and underscores and starts with a letter or digit.`,
    );
  }
  for (const [property, value] of Object.entries({ issuer, subject })) {
    if (value !== undefined && (value.length === 0 || value.length > SUBJECT_AND_ISSUER_LENGTH_MAX)) {
      throw badRequest(
        `Invalid value specified for property '${property}': 1 to ${SUBJECT_AND_ISSUER_LENGTH_MAX} characters are allowed.`,
      );
    }
  }
  if (audiences !== undefined && audiences.length !== 1) {
    throw badRequest(
      `Invalid value specified for property 'audiences': exactly one is allowed, ${audiences.length} were given.`,
    );
  }
}

function requireUnique(
  list: readonly FederatedIdentityCredential[],
  credential: FederatedIdentityCredential,
): void {
  const others = list.filter(({ id }) => id !== credential.id);
  if (others.some(({ name }) => name === credential.name)) {
    throw new DirectoryError(
      409,
      "Request_MultipleObjectsWithSameKeyValue",
      `FederatedIdentityCredential with name ${credential.name} already exists.`,
    );
  }
  if (others.some(({ issuer, subject }) => issuer === credential.issuer && subject === credential.subject)) {
    throw new DirectoryError(
      409,
      "Request_MultipleObjectsWithSameKeyValue",
      "FederatedIdentityCredential with the same issuer and subject already exists.",
    );
  }
}
