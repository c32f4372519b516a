import { addPassword, removePassword } from "../../entra/passwords.ts";
import { rights } from "../../entra/rights.ts";
import type { Application, EntraState, ServicePrincipal } from "../../entra/state.ts";
import type { Operation } from "../operation.ts";
import { noContent, valueAnswer } from "./answers.ts";
import { readAddPasswordBody, readRemovePasswordBody } from "./application-body.ts";
import { passwordCredentialJson } from "./entities/credentials.ts";
import { graphOperation } from "./graph-operation.ts";
import {
  applicationNamed,
  servicePrincipalNamed,
  writesToApplication,
  writesToServicePrincipal,
} from "./object-id.ts";

/** What has secrets. */
interface Holder {
  kind: "application" | "serviceprincipal";
  name: string;
  collection: string;
  named(entra: EntraState, name: string | undefined): Application | ServicePrincipal;
  writesTo(params: Record<string, string>): string;
}

const holders: readonly Holder[] = [
  {
    kind: "application",
    name: "application",
    collection: "applications",
    named: applicationNamed,
    writesTo: writesToApplication,
  },
  {
    kind: "serviceprincipal",
    name: "servicePrincipal",
    collection: "servicePrincipals",
    named: servicePrincipalNamed,
    writesTo: writesToServicePrincipal,
  },
];

function addPasswordTo({ kind, name, collection, named, writesTo }: Holder): Operation {
  return graphOperation(
    {
      name: `${name}.addPassword`,
      method: "POST",
      path: `/${collection}/:id/addPassword`,
      documentation: `${kind}-addpassword`,
      writesTo,
    },
    async (call) => {
      const { id, owners } = named(call.entra, call.params.id);
      call.require(rights.writeApplications, { id, owners });
      const args = readAddPasswordBody(call.body());
      const { credential, secretText } = await call.change((entra, context) =>
        addPassword(named(entra, id), args, context),
      );
      return valueAnswer(
        call,
        "microsoft.graph.passwordCredential",
        passwordCredentialJson(credential, secretText),
      );
    },
  );
}

function removePasswordFrom({ kind, name, collection, named, writesTo }: Holder): Operation {
  return graphOperation(
    {
      name: `${name}.removePassword`,
      method: "POST",
      path: `/${collection}/:id/removePassword`,
      documentation: `${kind}-removepassword`,
      writesTo,
    },
    async (call) => {
      const { id, owners } = named(call.entra, call.params.id);
      call.require(rights.writeApplications, { id, owners });
      const keyId = readRemovePasswordBody(call.body());
      await call.change((entra) => removePassword(named(entra, id), keyId));
      return noContent();
    },
  );
}

/** Adding and removing the secrets of applications and service principals. */
export const passwordOperations: readonly Operation[] = holders.flatMap((holder) => [
  addPasswordTo(holder),
  removePasswordFrom(holder),
]);
