import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  applicationPermissions,
  delegatedPermissions,
  EXCHANGE_ONLINE,
  MICROSOFT_GRAPH,
  nearestName,
} from "../../../infra/settings/permissions.ts";

describe("the permissions", () => {
  it("have an id each, and the kind that their list is of", () => {
    const ids = new Set<string>();
    for (const [list, type] of [
      [delegatedPermissions, "Scope"],
      [applicationPermissions, "Role"],
    ] as const) {
      for (const [name, permission] of list) {
        assert.equal(permission.type, type, name);
        assert.match(permission.id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, name);
        assert.ok([MICROSOFT_GRAPH, EXCHANGE_ONLINE].includes(permission.api), name);
        ids.add(permission.id);
      }
    }
    assert.equal(ids.size, delegatedPermissions.size + applicationPermissions.size, "no id twice");
  });

  it("are those of Exchange where mail is read as the application", () => {
    assert.equal(applicationPermissions.get("IMAP.AccessAsApp")?.api, EXCHANGE_ONLINE);
    assert.equal(applicationPermissions.get("Mail.Send")?.api, MICROSOFT_GRAPH);
  });
});

describe("nearestName", () => {
  const names = [...delegatedPermissions.keys()];

  for (const [misspelt, meant] of [
    ["Mail.Sent", "Mail.Send"],
    ["mail.send", "Mail.Send"],
    ["offline-access", "offline_access"],
    ["IMAP.AccessAsUser", "IMAP.AccessAsUser.All"],
    ["openId", "openid"],
  ]) {
    it(`finds ${meant} for ${misspelt}`, () => assert.equal(nearestName(misspelt ?? "", names), meant));
  }

  it("finds nothing where nothing is near", () => {
    assert.equal(nearestName("Files.Read.All", names), undefined);
    assert.equal(nearestName("", []), undefined);
  });
});
