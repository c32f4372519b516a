import { subscriptionNotFound } from "../../arm/errors.ts";
import { isAllowed } from "../../arm/rbac.ts";
import type { State } from "../../state.ts";
import { jsonAnswer } from "../exchange.ts";
import type { Operation } from "../operation.ts";
import { admittedCall } from "./arm-call.ts";

function subscriptionView({ arm, entra }: State): object {
  return {
    id: `/subscriptions/${arm.subscriptionId}`,
    subscriptionId: arm.subscriptionId,
    tenantId: entra.tenant.id,
    displayName: "Keyturn sandbox",
    state: "Enabled",
  };
}

/** Whoever may read anything in the subscription sees it. */
function maySee(state: State, principalId: string): boolean {
  const scope = `/subscriptions/${state.arm.subscriptionId}`;
  return isAllowed(state, { principalId, scope, action: "Microsoft.Resources/subscriptions/read" });
}

/** The one subscription, for those who may see it. */
export const listSubscriptions: Operation = {
  name: "arm.listSubscriptions",
  method: "GET",
  path: "/subscriptions",
  documentation: "https://learn.microsoft.com/rest/api/resources/subscriptions/list",
  handle: async (request, services) => {
    const { caller } = await admittedCall(request, services);
    const { state } = services.store;
    return jsonAnswer(200, { value: maySee(state, caller.principalId) ? [subscriptionView(state)] : [] });
  },
};

export const getSubscription: Operation = {
  name: "arm.getSubscription",
  method: "GET",
  path: "/subscriptions/:subscription",
  documentation: "https://learn.microsoft.com/rest/api/resources/subscriptions/get",
  handle: async (request, services) => {
    const { caller } = await admittedCall(request, services);
    const { state } = services.store;
    const named = request.params.subscription ?? "";
    const isOurs = named.toLowerCase() === state.arm.subscriptionId.toLowerCase();
    if (!isOurs || !maySee(state, caller.principalId)) throw subscriptionNotFound(named);
    return jsonAnswer(200, subscriptionView(state));
  },
};
