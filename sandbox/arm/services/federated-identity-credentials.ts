import type { State } from "../../state.ts";
import { ArmError, badRequest } from "../errors.ts";
import { IDENTITY_TYPE } from "../managed-identities.ts";
import { isWithin, resourceKey } from "../resource-id.ts";
import type { StoredType } from "../resource-types.ts";
import type { ArmResource } from "../state.ts";

/** https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations */
const MOST = 20;
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9-_]{2,119}$/;

/** https://learn.microsoft.com/rest/api/managedidentity/federated-identity-credentials */
export const federatedIdentityCredentials: StoredType = {
  kind: "stored",
  type: `${IDENTITY_TYPE}/federatedIdentityCredentials`,
  systemData: true,
  write({ draft, id, body }) {
    const { issuer, subject, audiences } = (body.properties ?? {}) as {
      issuer?: string;
      subject?: string;
      audiences?: string[];
    };
    if (!NAME.test(id.name)) {
      throw badRequest(
        `The federated identity credential's name '${id.name}' does not match ${NAME.source}.`,
      );
    }
    if (!issuer || !subject || audiences?.length !== 1) {
      throw badRequest("A federated identity credential has an issuer, a subject, and one audience.");
    }
    const others = credentialsOf(draft, id.parent ?? "").filter(
      ({ id: other }) => resourceKey(other) !== resourceKey(id.id),
    );
    if (others.length >= MOST) {
      throw badRequest(`An identity has at most ${MOST} federated identity credentials.`);
    }
    if (others.some(({ properties }) => properties.issuer === issuer && properties.subject === subject)) {
      throw new ArmError(
        409,
        "Conflict",
        "Issuer and subject combination already exists for this Managed Identity.",
      );
    }
    return { properties: { issuer, subject, audiences } };
  },
};

/** What lets others act as a user-assigned identity. */
export function credentialsOf(state: State, identityId: string): ArmResource[] {
  return Object.values(state.arm.resources).filter(
    ({ type, id }) => type === federatedIdentityCredentials.type && isWithin(id, identityId),
  );
}
