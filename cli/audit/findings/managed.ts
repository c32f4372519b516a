import type { ManagedCredential } from "../model.ts";
import { concerning, type Finding, idPart } from "./finding.ts";

/** What the directory was seen to hold of the applications that the stack manages. */
export interface SeenInDirectory {
  /** Object ids. */
  applications: ReadonlySet<string>;
  keyIds: ReadonlySet<string>;
}

/**
 * Keys that the stack believes in and the directory does not have. Only to be asked when the whole directory
 * was read: what was not looked at is not missing.
 */
export function missingFindings(credentials: readonly ManagedCredential[], seen: SeenInDirectory): Finding[] {
  return credentials.flatMap((credential): Finding[] => {
    const { applicationObjectId, name, stack, clientId } = credential;
    const subject = { type: "managedCredential" as const, id: `${stack}/${name}`, name, appId: clientId };
    const common = { kind: "managed-key-missing" as const, subject, ...concerning(credential) };
    const id = `managed-key-missing/${idPart(stack)}/${idPart(name)}`;
    if (!seen.applications.has(applicationObjectId.toLowerCase())) {
      const facts = { applicationMissing: true, applicationObjectId };
      return [{ ...common, id, severity: "critical", facts }];
    }
    return credential.keys
      .filter(({ keyId }) => !seen.keyIds.has(keyId.toLowerCase()))
      .map(({ keyId, role }) => ({
        ...common,
        id: `${id}/${idPart(keyId)}`,
        severity: role === "current" ? "critical" : "low",
        facts: { keyId, role },
      }));
  });
}
