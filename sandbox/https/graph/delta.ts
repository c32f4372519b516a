import { createHash } from "node:crypto";
import { DirectoryError } from "../../entra/errors.ts";
import { type Right, rights } from "../../entra/rights.ts";
import { uuidText } from "../../randomness.ts";
import { type FaceAnswer, jsonAnswer } from "../exchange.ts";
import type { Operation } from "../operation.ts";
import { contextOf, withParameter } from "./answers.ts";
import { applicationEntity } from "./entities/application.ts";
import { userEntity } from "./entities/directory-object.ts";
import { groupEntity } from "./entities/group.ts";
import { servicePrincipalEntity } from "./entities/service-principal.ts";
import { type GraphCall, graphOperation } from "./graph-operation.ts";
import { type Entity, selected } from "./odata/list.ts";
import { readQuery } from "./odata/query.ts";

/** What can be followed. */
interface Followed {
  collection: string;
  name: string;
  right: Right;
  entities(call: GraphCall): Entity[];
}

const FOLLOWED: readonly Followed[] = [
  {
    collection: "applications",
    name: "application",
    right: rights.readApplications,
    entities: (call) =>
      Object.values(call.entra.applications).map((each) => applicationEntity(call.entra, each, call)),
  },
  {
    collection: "servicePrincipals",
    name: "servicePrincipal",
    right: rights.readApplications,
    entities: (call) =>
      Object.values(call.entra.servicePrincipals).map((each) =>
        servicePrincipalEntity(call.entra, each, call),
      ),
  },
  {
    collection: "groups",
    name: "group",
    right: rights.readGroups,
    // Changes of membership count as changes of the group.
    entities: (call) =>
      Object.values(call.entra.groups).map((each) => ({
        ...groupEntity(call.entra, each, call),
        "members@delta": each.members.map((id) => ({ id })),
      })),
  },
  {
    collection: "users",
    name: "user",
    right: rights.readUsers,
    entities: (call) => Object.values(call.entra.users).map(userEntity),
  },
];

/** A token carries, in short, what its bearer has seen: nothing needs to be remembered for it. */
type Seen = Record<string, string>;

function deltaAnswer(call: GraphCall, { collection, entities }: Followed): FaceAnswer {
  const { url } = call.request;
  const query = readQuery(url.searchParams, { eventual: true });
  const token = url.searchParams.get("$deltatoken");
  const before = token === null ? {} : seenIn(token);
  const shown = entities(call).map((entity) => selected(entity, query));
  const now = Object.fromEntries(shown.map((entity) => [entity.id, digestOf(entity)]));
  const changed = token === "latest" ? [] : shown.filter(({ id }) => before[id] !== now[id]);
  const removed = Object.keys(before)
    .filter((id) => now[id] === undefined)
    .map((id) => ({ id, "@removed": { reason: "changed" } }));
  return jsonAnswer(200, {
    "@odata.context": contextOf(call, collection),
    "@odata.deltaLink": withParameter(url, "$deltatoken", tokenOf(now)),
    value: [...changed, ...removed],
  });
}

const ID_BYTES = 16;
const DIGEST_BYTES = 6;

function digestOf(entity: Entity): string {
  const digest = createHash("sha256").update(JSON.stringify(entity)).digest();
  return digest.subarray(0, DIGEST_BYTES).toString("hex");
}

function tokenOf(seen: Seen): string {
  const entries = Object.entries(seen).map(([id, digest]) =>
    Buffer.from(`${id.replaceAll("-", "")}${digest}`, "hex"),
  );
  return Buffer.concat(entries).toString("base64url");
}

function seenIn(token: string): Seen {
  if (token === "latest") return {};
  const bytes = Buffer.from(token, "base64url");
  const length = ID_BYTES + DIGEST_BYTES;
  if (bytes.length % length !== 0) {
    throw new DirectoryError(400, "Directory_ExpiredOrInvalidDeltaToken", "The delta token is not valid.");
  }
  const entries = Array.from({ length: bytes.length / length }, (_, i) => {
    const entry = bytes.subarray(i * length, (i + 1) * length).toString("hex");
    return [uuidText(entry.slice(0, 2 * ID_BYTES)), entry.slice(2 * ID_BYTES)];
  });
  return Object.fromEntries(entries);
}

/** What has changed since the last time. @see https://learn.microsoft.com/graph/delta-query-overview */
export const deltaOperations: readonly Operation[] = FOLLOWED.map((followed) =>
  graphOperation(
    {
      name: `${followed.name}.delta`,
      method: "GET",
      path: `/${followed.collection}/delta`,
      documentation: `${followed.name.toLowerCase()}-delta`,
      right: followed.right,
    },
    (call) => deltaAnswer(call, followed),
  ),
);
