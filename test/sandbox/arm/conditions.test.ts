import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CONDITION_ATTRIBUTES, ConditionError, parseCondition } from "../../../sandbox/arm/conditions.ts";

const READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
const WRITE = "Microsoft.Authorization/roleAssignments/write";
const DELETE = "Microsoft.Authorization/roleAssignments/delete";
const PREFIX = "Microsoft.Authorization/roleAssignments";

/** The form that the portal writes for "constrain roles". */
const CONSTRAINED = `
(
 (
  !(ActionMatches{'${WRITE}'})
 )
 OR
 (
  @Request[${PREFIX}:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${READER}, 21090545-7ca7-4776-b22c-e363652d74d2}
  AND
  @Request[${PREFIX}:PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {'ServicePrincipal', 'Group'}
 )
)
AND
(
 (
  !(ActionMatches{'${DELETE}'})
 )
 OR
 (
  @Resource[${PREFIX}:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${READER}}
 )
)`;

const of = (role: string, type = "ServicePrincipal") => ({
  [CONDITION_ATTRIBUTES.role]: role,
  [CONDITION_ATTRIBUTES.principalType]: type,
});

describe("a condition", () => {
  const holds = parseCondition(CONSTRAINED);

  it("lets only what it names be written and deleted", () => {
    const write = (role: string, type?: string) =>
      holds({ action: WRITE, request: of(role, type), resource: {} });
    assert.equal(write(READER), true);
    assert.equal(write(READER.toUpperCase(), "group"), true);
    assert.equal(write(READER, "User"), false);
    assert.equal(write(OWNER), false);
    assert.equal(holds({ action: DELETE, request: {}, resource: of(READER) }), true);
    assert.equal(holds({ action: DELETE, request: {}, resource: of(OWNER) }), false);
    assert.equal(holds({ action: DELETE, request: of(READER), resource: {} }), false, "of what is there");
  });

  it("says nothing of other actions", () => {
    assert.equal(holds({ action: `${PREFIX}/read`, request: {}, resource: {} }), true);
  });

  it("binds AND more strongly than OR", () => {
    const action = (name: string) => `ActionMatches{'${name}'}`;
    const either = parseCondition(`${action("a")} || ${action("b")} && ${action("c")}`);
    assert.equal(either({ action: "a", request: {}, resource: {} }), true);
    assert.equal(either({ action: "b", request: {}, resource: {} }), false);
  });

  it("that is not understood is an error, never a yes", () => {
    const broken = [
      "",
      "(ActionMatches{'a'}",
      "ActionMatches{'a'} ActionMatches{'b'}",
      "@Request[Microsoft.Storage/storageAccounts:name] ForAnyOfAnyValues:GuidEquals {a}",
      `@Request[${PREFIX}:PrincipalId] ForAllOfAnyValues:GuidNotEquals {a}`,
      `@Request[${PREFIX}:PrincipalId] ForAnyOfAnyValues:GuidEquals`,
      "Exists @Resource[…]",
    ];
    for (const text of broken) assert.throws(() => parseCondition(text), ConditionError, text);
  });
});
