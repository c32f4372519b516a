import { z } from "zod";
import type { ApplicationBody } from "../../entra/applications.ts";
import type { CreationContext } from "../../entra/context.ts";
import { badRequest } from "../../entra/errors.ts";
import { keyCredentialsOf } from "../../entra/key-credentials.ts";
import type { ServicePrincipalBody } from "../../entra/service-principals.ts";
import type { KeyCredential, PasswordCredential } from "../../entra/state.ts";
import { isApplicationProperty } from "./entities/application.ts";
import { isServicePrincipalProperty } from "./entities/service-principal.ts";
import { given, otherProperties, readBody, requireKnownProperties } from "./request-body.ts";

const keyCredential = z.object({
  keyId: z.string().optional(),
  displayName: z.string().nullish(),
  startDateTime: z.string().optional(),
  endDateTime: z.string().optional(),
  type: z.string().optional(),
  usage: z.string().optional(),
  key: z.string().nullish(),
  customKeyIdentifier: z.string().nullish(),
});

const applicationBody = z.object({
  displayName: z.string().optional(),
  signInAudience: z.string().optional(),
  requiredResourceAccess: z
    .array(
      z.object({
        resourceAppId: z.string(),
        resourceAccess: z.array(z.object({ id: z.string(), type: z.enum(["Scope", "Role"]) })),
      }),
    )
    .optional(),
  keyCredentials: z.array(keyCredential).optional(),
});

const servicePrincipalBody = z.object({
  appId: z.string().optional(),
  accountEnabled: z.boolean().optional(),
  keyCredentials: z.array(keyCredential).optional(),
});

/** What a body says of an application. `passwordCredentials` is read on its own. */
export function readApplicationBody(
  body: Record<string, unknown>,
  before: readonly KeyCredential[],
  context: CreationContext,
): ApplicationBody {
  const { passwordCredentials: _, ...rest } = body;
  requireKnownProperties(rest, isApplicationProperty);
  const { keyCredentials, ...meant } = readBody(applicationBody, rest);
  return {
    ...given(meant),
    ...(keyCredentials === undefined
      ? {}
      : { keyCredentials: keyCredentialsOf(keyCredentials.map(given), before, context) }),
    properties: otherProperties(rest, Object.keys(applicationBody.shape)),
  };
}

/** What a body says of a service principal. */
export function readServicePrincipalBody(
  body: Record<string, unknown>,
  before: readonly KeyCredential[],
  context: CreationContext,
): ServicePrincipalBody {
  const { passwordCredentials: _, ...rest } = body;
  requireKnownProperties(rest, isServicePrincipalProperty);
  const { keyCredentials, ...meant } = readBody(servicePrincipalBody, rest);
  return {
    ...given(meant),
    ...(keyCredentials === undefined
      ? {}
      : { keyCredentials: keyCredentialsOf(keyCredentials.map(given), before, context) }),
    properties: otherProperties(rest, [...Object.keys(servicePrincipalBody.shape), "displayName"]),
  };
}

const keptPasswords = z.object({
  passwordCredentials: z.array(z.object({ keyId: z.string().nullish() })).optional(),
});

/**
 * The secrets that a PATCH leaves: it can only take some away.
 * @throws DirectoryError 400 when it names one that does not exist
 */
export function keptPasswordCredentials(
  body: Record<string, unknown>,
  before: readonly PasswordCredential[],
): PasswordCredential[] | undefined {
  const kept = readBody(keptPasswords, body).passwordCredentials?.map(({ keyId }) => keyId);
  if (kept === undefined) return undefined;
  if (kept.some((keyId) => !before.some((credential) => credential.keyId === keyId))) {
    throw badRequest("New password credentials must be generated with service actions.");
  }
  return before.filter(({ keyId }) => kept.includes(keyId));
}

const newPasswords = z.object({
  passwordCredentials: z
    .array(
      z.object({
        displayName: z.string().nullish(),
        startDateTime: z.string().nullish(),
        endDateTime: z.string().nullish(),
      }),
    )
    .optional(),
});

/** The secrets that a new application is to be made with. */
export function newPasswordCredentials(body: Record<string, unknown>) {
  return (readBody(newPasswords, body).passwordCredentials ?? []).map(given);
}

const passwordAction = z.object({
  passwordCredential: z
    .object({
      displayName: z.string().nullish(),
      startDateTime: z.string().nullish(),
      endDateTime: z.string().nullish(),
    })
    .nullish(),
});

/** The body of `addPassword`. */
export function readAddPasswordBody(body: Record<string, unknown>) {
  return given(readBody(passwordAction, body).passwordCredential ?? {});
}

/** The body of `removePassword`. */
export function readRemovePasswordBody(body: Record<string, unknown>): string {
  return readBody(z.object({ keyId: z.string() }), body).keyId;
}
