import { addPassword, removePassword } from "../../entra/passwords.ts";
import { rights } from "../../entra/rights.ts";
import type { Application, EntraState, ServicePrincipal } from "../../entra/state.ts";
import type { Schema, TextProperty } from "../bridge/schema.ts";
import type { SdkResource } from "../bridge/sdk-resource.ts";
import { notEmpty, rfc3339 } from "../bridge/validations.ts";
import { UNKNOWN } from "../values.ts";
import type { Directory } from "./directory.ts";
import { text } from "./loose-values.ts";

/** What differs between the passwords of applications and those of service principals. */
export interface PasswordHolder {
  /** The input that says whose password it is, e.g. `applicationId`. */
  input: string;
  property: TextProperty;
  /** @throws DirectoryError when there is no such object */
  holderOf(entra: EntraState, objectId: string): Application | ServicePrincipal;
  /** The object id in the input's value. */
  objectIdIn(input: string): string;
  inputFor(objectId: string): string;
  idOf(objectId: string, keyId: string): string;
  partsOf(id: string): { objectId: string; keyId: string };
  idComplaint(id: string): string | undefined;
}

function schemaOf({ input, property }: PasswordHolder): Schema {
  return {
    [input]: property,
    displayName: { type: "string", use: "optionalComputed", forceNew: true },
    endDate: {
      type: "string",
      use: "optionalComputed",
      forceNew: true,
      conflictsWith: ["endDateRelative"],
      validate: rfc3339,
    },
    endDateRelative: {
      type: "string",
      use: "optional",
      forceNew: true,
      conflictsWith: ["endDate"],
      validate: notEmpty,
      deprecated: "it is never sent to the directory, so the password lives two years; give endDate instead.",
    },
    rotateWhenChanged: { type: "map", use: "optional", forceNew: true },
    startDate: { type: "string", use: "optionalComputed", forceNew: true, validate: rfc3339 },
    keyId: { type: "string", use: "output" },
    value: { type: "string", use: "output", sensitive: true },
  };
}

/**
 * A client secret as a resource. Every input replaces it: the directory cannot change a secret. The value
 * is known only to the creation; from then on it lives in the stack's state alone.
 */
export function passwordResource(directory: Directory, holder: PasswordHolder): SdkResource {
  return {
    schema: schemaOf(holder),
    idComplaint: holder.idComplaint,

    async create(planned) {
      const objectId = holder.objectIdIn(text(planned[holder.input]));
      const given = (name: string) => (planned[name] === UNKNOWN ? null : text(planned[name]) || null);
      return directory.write((entra, context) => {
        const args = {
          displayName: given("displayName"),
          startDateTime: given("startDate"),
          endDateTime: given("endDate"),
        };
        const object = holder.holderOf(entra, objectId);
        context.require(rights.writeApplications, object);
        const { credential, secretText } = addPassword(object, args, context);
        return { id: holder.idOf(objectId, credential.keyId), outputs: { value: secretText } };
      });
    },

    async read(id) {
      const { objectId, keyId } = holder.partsOf(id);
      return directory.find((entra, require) => {
        require(rights.readApplications);

        const { passwordCredentials } = holder.holderOf(entra, objectId);
        const credential = passwordCredentials.find((candidate) => candidate.keyId === keyId);
        if (credential === undefined) return undefined;
        return {
          [holder.input]: holder.inputFor(objectId),
          displayName: credential.displayName ?? "",
          keyId,
          startDate: credential.startDateTime,
          endDate: credential.endDateTime,
        };
      });
    },

    async delete(id) {
      const { objectId, keyId } = holder.partsOf(id);
      await directory.write((entra, { require }) => {
        const object = holder.holderOf(entra, objectId);
        require(rights.writeApplications, object);
        removePassword(object, keyId);
      });
    },
  };
}
