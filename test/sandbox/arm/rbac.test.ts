import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type AccessQuestion, isAllowed, principalWithGroups } from "../../../sandbox/arm/rbac.ts";
import type { ArmResource } from "../../../sandbox/arm/state.ts";
import type { Group } from "../../../sandbox/entra/state.ts";
import { isoSeconds } from "../../../sandbox/iso-time.ts";
import { initialState, type State } from "../../../sandbox/state.ts";

const NOW_MS = Date.parse("2025-02-14T11:30:00Z");
const SUBSCRIPTION = "/subscriptions/99999999-8888-4777-8666-555555555555";
const VAULT = `${SUBSCRIPTION}/resourceGroups/sell/providers/Microsoft.KeyVault/vaults/sell-vault`;
const SECRET = `${VAULT}/secrets/mailman`;
const MAILMAN = "aaaaaaaa-0000-4000-8000-000000000001";

const READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
const CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c";
const KEY_VAULT_READER = "21090545-7ca7-4776-b22c-e363652d74d2";
const SECRETS_USER = "4633458b-17de-408a-b874-0445c86b69e6";
const SECRETS_OFFICER = "b86a8fe4-44ce-4948-aee5-eccb2c155cd7";
const DATA_ACCESS_ADMINISTRATOR = "8b54135c-b56d-4d72-a534-26097cfdc8d8";
const LOG_ANALYTICS_READER = "73c42c96-874c-492b-b04d-ab87d138a893";

const GET_SECRET = "Microsoft.KeyVault/vaults/secrets/getSecret/action";
const READ_METADATA = "Microsoft.KeyVault/vaults/secrets/readMetadata/action";
const SET_SECRET = "Microsoft.KeyVault/vaults/secrets/setSecret/action";

interface Grant {
  principalId?: string;
  role: string;
  scope: string;
  atMs?: number;
}

function stateWith({
  grants = [],
  groups = {},
  roles = [],
  propagationMs = 0,
}: {
  grants?: Grant[];
  /** Members by group id. */
  groups?: Record<string, string[]>;
  roles?: ArmResource[];
  propagationMs?: number;
}): State {
  const state = initialState({
    nowMs: NOW_MS,
    tenantId: "11111111-2222-4333-8444-555555555555",
    subscriptionId: SUBSCRIPTION.slice("/subscriptions/".length),
  });
  state.arm.settings.roleAssignmentPropagationMs = propagationMs;
  for (const [index, { principalId = MAILMAN, role, scope, atMs = NOW_MS }] of grants.entries()) {
    const id = `${scope === "/" ? "" : scope}/providers/Microsoft.Authorization/roleAssignments/${index}`;
    state.arm.resources[id.toLowerCase()] = resource(id, "Microsoft.Authorization/roleAssignments", atMs, {
      principalId,
      scope,
      roleDefinitionId: `${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${role}`,
    });
  }
  for (const custom of roles) state.arm.resources[custom.id.toLowerCase()] = custom;
  for (const [id, members] of Object.entries(groups)) state.entra.groups[id] = group(id, members);
  return state;
}

function resource(id: string, type: string, atMs: number, properties: Record<string, unknown>): ArmResource {
  const at = isoSeconds(atMs);
  return {
    id,
    type,
    name: id.split("/").at(-1) ?? "",
    location: null,
    tags: {},
    properties,
    extra: {},
    hidden: {},
    createdAt: at,
    updatedAt: at,
  };
}

function group(id: string, members: string[]): Group {
  return {
    id,
    displayName: id,
    createdDateTime: isoSeconds(NOW_MS),
    mailNickname: id,
    mailEnabled: false,
    securityEnabled: true,
    owners: [],
    members,
    properties: {},
  };
}

const ask = (
  state: State,
  question: Partial<AccessQuestion> & ({ action: string } | { dataAction: string }),
) => isAllowed(state, { principalId: MAILMAN, scope: SECRET, ...question });

describe("a role", () => {
  it("allows what Azure lists for it, and nothing else", () => {
    const cases: [string, AccessQuestion, boolean][] = [
      [
        READER,
        { principalId: MAILMAN, scope: SECRET, action: "Microsoft.KeyVault/vaults/secrets/read" },
        true,
      ],
      [READER, { principalId: MAILMAN, scope: SECRET, action: "Microsoft.KeyVault/vaults/write" }, false],
      [READER, { principalId: MAILMAN, scope: SECRET, dataAction: GET_SECRET }, false],
      [READER, { principalId: MAILMAN, scope: SECRET, dataAction: READ_METADATA }, false],
      [OWNER, { principalId: MAILMAN, scope: SECRET, action: "Microsoft.KeyVault/vaults/delete" }, true],
      [OWNER, { principalId: MAILMAN, scope: SECRET, dataAction: GET_SECRET }, false],
      [CONTRIBUTOR, { principalId: MAILMAN, scope: VAULT, action: "Microsoft.KeyVault/vaults/write" }, true],
      [
        CONTRIBUTOR,
        { principalId: MAILMAN, scope: VAULT, action: "Microsoft.Authorization/roleAssignments/write" },
        false,
      ],
      [
        CONTRIBUTOR,
        { principalId: MAILMAN, scope: VAULT, action: "Microsoft.Authorization/roleAssignments/read" },
        true,
      ],
      [KEY_VAULT_READER, { principalId: MAILMAN, scope: SECRET, dataAction: READ_METADATA }, true],
      [KEY_VAULT_READER, { principalId: MAILMAN, scope: SECRET, dataAction: GET_SECRET }, false],
      [
        KEY_VAULT_READER,
        { principalId: MAILMAN, scope: VAULT, action: "Microsoft.KeyVault/vaults/read" },
        false,
      ],
      [
        KEY_VAULT_READER,
        { principalId: MAILMAN, scope: SECRET, action: "Microsoft.KeyVault/vaults/secrets/read" },
        true,
      ],
      [SECRETS_USER, { principalId: MAILMAN, scope: SECRET, dataAction: GET_SECRET }, true],
      [SECRETS_USER, { principalId: MAILMAN, scope: SECRET, dataAction: READ_METADATA }, true],
      [SECRETS_USER, { principalId: MAILMAN, scope: SECRET, dataAction: SET_SECRET }, false],
      [
        SECRETS_USER,
        { principalId: MAILMAN, scope: SECRET, action: "Microsoft.KeyVault/vaults/secrets/read" },
        false,
      ],
      [SECRETS_OFFICER, { principalId: MAILMAN, scope: SECRET, dataAction: SET_SECRET }, true],
      [
        SECRETS_OFFICER,
        { principalId: MAILMAN, scope: SECRET, dataAction: "Microsoft.KeyVault/vaults/keys/read" },
        false,
      ],
      [
        LOG_ANALYTICS_READER,
        {
          principalId: MAILMAN,
          scope: VAULT,
          action: "Microsoft.OperationalInsights/workspaces/sharedKeys/read",
        },
        false,
      ],
    ];
    for (const [role, question, expected] of cases) {
      const state = stateWith({ grants: [{ role, scope: SUBSCRIPTION }] });
      assert.equal(isAllowed(state, question), expected, JSON.stringify([role, question]));
    }
  });

  it("with a condition gives only the roles that the condition names", () => {
    const state = stateWith({ grants: [{ role: DATA_ACCESS_ADMINISTRATOR, scope: VAULT }] });
    const write = { scope: VAULT, action: "Microsoft.Authorization/roleAssignments/write" };
    assert.equal(ask(state, { ...write, assignedRole: SECRETS_USER }), true);
    assert.equal(ask(state, { ...write, assignedRole: OWNER }), false);
    assert.equal(ask(state, write), false);
    assert.equal(ask(state, { scope: VAULT, action: "Microsoft.KeyVault/vaults/secrets/read" }), true);
  });

  it("of the subscription's own counts like a built-in one", () => {
    const id = `${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/cccccccc-0000-4000-8000-000000000001`;
    const custom = resource(id, "Microsoft.Authorization/roleDefinitions", NOW_MS, {
      roleName: "Secret writer",
      permissions: [{ dataActions: ["Microsoft.KeyVault/vaults/secrets/*"], notDataActions: [GET_SECRET] }],
    });
    const grants = [{ role: "cccccccc-0000-4000-8000-000000000001", scope: VAULT }];
    assert.equal(ask(stateWith({ grants, roles: [custom] }), { dataAction: SET_SECRET }), true);
    assert.equal(ask(stateWith({ grants, roles: [custom] }), { dataAction: GET_SECRET }), false);
    assert.equal(ask(stateWith({ grants }), { dataAction: SET_SECRET }), false, "no such role");
  });

  it("takes nothing away that another one gives", () => {
    const grants = [
      { role: LOG_ANALYTICS_READER, scope: SUBSCRIPTION },
      { role: OWNER, scope: SUBSCRIPTION },
    ];
    const action = "Microsoft.OperationalInsights/workspaces/sharedKeys/read";
    assert.equal(ask(stateWith({ grants }), { action }), true);
  });
});

describe("a scope", () => {
  it("gives its rights downwards to everything within, and not sideways or upwards", () => {
    const group = `${SUBSCRIPTION}/resourceGroups/sell`;
    for (const scope of ["/", SUBSCRIPTION, group, VAULT, SECRET, SECRET.toUpperCase(), `${VAULT}/`]) {
      const state = stateWith({ grants: [{ role: SECRETS_USER, scope }] });
      assert.equal(ask(state, { dataAction: GET_SECRET }), true, scope);
    }
    for (const scope of [
      `${VAULT}/secrets/mail`,
      `${VAULT}/secrets/mailman-2`,
      `${VAULT}-2`,
      `${group}-2`,
      "/subscriptions/00000000-8888-4777-8666-555555555555",
    ]) {
      const state = stateWith({ grants: [{ role: SECRETS_USER, scope }] });
      assert.equal(ask(state, { dataAction: GET_SECRET }), false, scope);
    }
    const onSecret = stateWith({ grants: [{ role: SECRETS_USER, scope: SECRET }] });
    assert.equal(ask(onSecret, { scope: VAULT, dataAction: READ_METADATA }), false);
  });
});

describe("a group", () => {
  it("gives its rights to members, also through other groups, whatever the circles", () => {
    const grants = [{ principalId: "team", role: SECRETS_USER, scope: VAULT }];
    const nested = { team: ["squad"], squad: ["pair", "team"], pair: [MAILMAN] };
    assert.equal(ask(stateWith({ grants, groups: nested }), { dataAction: GET_SECRET }), true);
    assert.equal(
      ask(stateWith({ grants, groups: { ...nested, squad: ["team"] } }), { dataAction: GET_SECRET }),
      false,
    );
  });

  it("is found exactly when a chain of memberships leads to it", () => {
    const names = ["g0", "g1", "g2", "g3", "g4"];
    const membership = fc.record(
      Object.fromEntries(names.map((name) => [name, fc.subarray([...names, MAILMAN])])) as Record<
        string,
        fc.Arbitrary<string[]>
      >,
    );
    const reaches = (groups: Record<string, string[]>, from: string, seen: string[] = []): boolean =>
      (groups[from] ?? []).some(
        (member) =>
          member === MAILMAN || (!seen.includes(member) && reaches(groups, member, [...seen, from, member])),
      );
    fc.assert(
      fc.property(membership, (groups) => {
        const found = principalWithGroups(stateWith({ groups }), MAILMAN);
        assert.deepEqual(
          [...found].sort(),
          [MAILMAN, ...names.filter((name) => reaches(groups, name))].sort(),
        );
      }),
    );
  });
});

describe("propagation", () => {
  it("lets an assignment count from the end of the delay on", () => {
    const grants = [{ role: SECRETS_USER, scope: VAULT, atMs: NOW_MS - 300_000 }];
    for (const [propagationMs, expected] of [
      [0, true],
      [300_000, true],
      [300_001, false],
    ] as const) {
      assert.equal(ask(stateWith({ grants, propagationMs }), { dataAction: GET_SECRET }), expected);
    }
  });
});

describe("a wildcard", () => {
  it("stands for any text, in whatever case", () => {
    const part = fc.constantFrom("A", "b", "/", "read", "x/y");
    fc.assert(
      fc.property(
        fc.array(fc.oneof(part, fc.constant("*")), { maxLength: 6 }),
        fc.array(part, { maxLength: 8 }),
        (patternParts, textParts) => {
          const pattern = patternParts.join("");
          const text = textParts.join("");
          const expected = new RegExp(
            `^${patternParts.map((p) => (p === "*" ? ".*" : p.replace("/", "\\/"))).join("")}$`,
            "i",
          ).test(text);
          const id = `${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/custom`;
          const state = stateWith({
            grants: [{ role: "custom", scope: "/" }],
            roles: [
              resource(id, "Microsoft.Authorization/roleDefinitions", NOW_MS, {
                permissions: [{ actions: [pattern] }],
              }),
            ],
          });
          assert.equal(ask(state, { action: text }), expected, `${pattern} on ${text}`);
        },
      ),
    );
  });
});
