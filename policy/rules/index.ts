import type { Rule } from "../rule.ts";
import { alertReceivers } from "./alert.ts";
import { applicationAudience, graphPermissions } from "./application.ts";
import { passwordEndDate, passwordLifetime, passwordRelativeEndDate } from "./password-dates.ts";
import { passwordInCredential, passwordTrigger } from "./password-origin.ts";
import { roleAssignmentNoUser, roleAssignmentPrincipalType, roleAssignmentScope } from "./role-assignment.ts";
import { secretInOutput } from "./secret-in-output.ts";
import { requiredTags } from "./tags.ts";
import { vaultDiagnostics, vaultRbac, vaultRecoverable } from "./vault.ts";
import { vaultSecretExpiry, vaultSecretOutlives } from "./vault-secret.ts";

/** Every rule, in the order of the documentation. */
export const rules: readonly Rule[] = [
  passwordEndDate,
  passwordRelativeEndDate,
  passwordLifetime,
  passwordInCredential,
  passwordTrigger,
  vaultSecretExpiry,
  vaultSecretOutlives,
  vaultRbac,
  vaultRecoverable,
  vaultDiagnostics,
  roleAssignmentScope,
  roleAssignmentPrincipalType,
  roleAssignmentNoUser,
  graphPermissions,
  applicationAudience,
  secretInOutput,
  alertReceivers,
  requiredTags,
];
