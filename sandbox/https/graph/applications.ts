import { createApplication, deleteApplication, updateApplication } from "../../entra/applications.ts";
import { addPassword } from "../../entra/passwords.ts";
import { addOwner } from "../../entra/references.ts";
import { rights } from "../../entra/rights.ts";
import type { Operation } from "../operation.ts";
import { countAnswer, entityAnswer, listAnswer, noContent } from "./answers.ts";
import { keptPasswordCredentials, newPasswordCredentials, readApplicationBody } from "./application-body.ts";
import { applicationEntity } from "./entities/application.ts";
import { passwordCredentialJson } from "./entities/credentials.ts";
import { type GraphCall, graphOperation } from "./graph-operation.ts";
import { applicationNamed, writesToApplication } from "./object-id.ts";
import type { Relations } from "./odata/list.ts";
import { boundIds } from "./request-body.ts";

const entities = (call: GraphCall) =>
  Object.values(call.entra.applications).map((application) =>
    applicationEntity(call.entra, application, call),
  );

/** Filtered by, as in `owners/$count eq 0`. */
const relations =
  ({ entra }: GraphCall): Relations =>
  ({ id }) => {
    const application = entra.applications[id];
    return {
      owners: (application?.owners ?? []).map((owner) => ({ id: owner })),
      federatedIdentityCredentials: application?.federatedIdentityCredentials ?? [],
    };
  };

const listApplications = graphOperation(
  {
    name: "application.list",
    method: "GET",
    path: "/applications",
    documentation: "application-list",
    right: rights.readApplications,
  },
  (call) => listAnswer(call, "applications", entities(call), relations(call)),
);

const countApplications = graphOperation(
  {
    name: "application.count",
    method: "GET",
    path: "/applications/$count",
    documentation: "application-list",
    right: rights.readApplications,
  },
  (call) => countAnswer(call, entities(call), relations(call)),
);

const getApplication = graphOperation(
  {
    name: "application.get",
    method: "GET",
    path: "/applications/:id",
    documentation: "application-get",
    right: rights.readApplications,
  },
  (call) => {
    const application = applicationNamed(call.entra, call.params.id);
    const withKeys = call.request.url.searchParams.get("$select")?.includes("keyCredentials") ?? false;
    return entityAnswer(
      call,
      "applications",
      applicationEntity(call.entra, application, { ...call, withKeys }),
    );
  },
);

const postApplication = graphOperation(
  {
    name: "application.create",
    method: "POST",
    path: "/applications",
    documentation: "application-post-applications",
    right: rights.createApplications,
  },
  async (call) => {
    const body = call.body();
    const fields = readApplicationBody(body, [], call.context);
    const passwords = newPasswordCredentials(body);
    const made = await call.change((entra, context) => {
      const application = createApplication(entra, { ...fields, createdBy: call.caller.objectId }, context);
      for (const owner of boundIds(body, "owners")) {
        if (!application.owners.includes(owner)) addOwner(entra, "application", application.id, owner);
      }
      const secrets = passwords.map((password) => addPassword(application, password, context));
      return { application, secrets };
    });
    const entity = applicationEntity(call.entra, made.application, call);
    const passwordCredentials = made.secrets.map(({ credential, secretText }) =>
      passwordCredentialJson(credential, secretText),
    );
    return entityAnswer(call, "applications", { ...entity, passwordCredentials }, { status: 201 });
  },
);

const patchApplication = graphOperation(
  {
    name: "application.update",
    method: "PATCH",
    path: "/applications/:id",
    documentation: "application-update",
    writesTo: writesToApplication,
  },
  async (call) => {
    const before = applicationNamed(call.entra, call.params.id);
    call.require(rights.writeApplications, before);
    const body = call.body();
    const fields = readApplicationBody(body, before.keyCredentials, call.context);
    const kept = keptPasswordCredentials(body, before.passwordCredentials);
    await call.change((entra) => {
      const application = updateApplication(entra, before.id, fields);
      if (kept !== undefined) application.passwordCredentials = kept;
    });
    return noContent();
  },
);

const removeApplication = graphOperation(
  {
    name: "application.delete",
    method: "DELETE",
    path: "/applications/:id",
    documentation: "application-delete",
    writesTo: writesToApplication,
  },
  async (call) => {
    const application = applicationNamed(call.entra, call.params.id);
    call.require(rights.writeApplications, application);
    await call.change((entra) => deleteApplication(entra, application.id, call.nowMs));
    return noContent();
  },
);

/** Reading and writing applications. */
export const applicationOperations: readonly Operation[] = [
  listApplications,
  countApplications,
  getApplication,
  postApplication,
  patchApplication,
  removeApplication,
];
