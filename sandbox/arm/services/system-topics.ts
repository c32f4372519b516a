import { ArmError, badRequest } from "../errors.ts";
import { resourceKey } from "../resource-id.ts";
import type { ResourceWrite, StoredType } from "../resource-types.ts";

/** The topic type of a source's resource type. https://learn.microsoft.com/azure/event-grid/system-topics */
const TOPIC_TYPES: Record<string, string> = {
  "Microsoft.KeyVault/vaults": "Microsoft.KeyVault.vaults",
  "Microsoft.Resources/resourceGroups": "Microsoft.Resources.ResourceGroups",
};
const NAME = /^[a-zA-Z0-9-]{3,50}$/;

/** https://learn.microsoft.com/rest/api/eventgrid/controlplane/system-topics */
export const systemTopics: StoredType = {
  kind: "stored",
  type: "Microsoft.EventGrid/systemTopics",
  tracked: true,
  systemData: true,
  write(write) {
    const { id, body, existing, context } = write;
    const { source, topicType } = (body.properties ?? {}) as { source?: string; topicType?: string };
    if (!NAME.test(id.name)) {
      throw badRequest(
        `The system topic name '${id.name}' is invalid: 3 to 50 letters, digits and hyphens.`,
        "InvalidRequest",
      );
    }
    requireSource(write, source, topicType);
    return {
      properties: {
        source,
        topicType,
        metricResourceId: existing?.properties.metricResourceId ?? context.randomness.uuid(),
        provisioningState: "Succeeded",
      },
    };
  },
};

function requireSource(
  { draft, id, body, existing }: ResourceWrite,
  source: string | undefined,
  topicType: string | undefined,
): void {
  if (source === undefined || topicType === undefined) {
    throw badRequest("A system topic has a source and a topicType.", "InvalidRequest");
  }
  if (existing !== undefined && resourceKey(String(existing.properties.source)) !== resourceKey(source)) {
    throw badRequest("The source of a system topic cannot be updated.", "InvalidRequest");
  }
  const resource = draft.arm.resources[resourceKey(source)];
  if (resource === undefined) {
    throw badRequest(`The source resource '${source}' could not be found.`, "InvalidRequest");
  }
  const expected = TOPIC_TYPES[resource.type];
  if (expected === undefined || expected.toLowerCase() !== topicType.toLowerCase()) {
    throw badRequest(
      `The topic type '${topicType}' does not fit the source '${source}'` +
        `${expected === undefined ? ", of whose type the sandbox emulates no events" : `: ${expected}`}.`,
      "InvalidRequest",
    );
  }
  if (resource.location !== body.location?.toLowerCase().replaceAll(" ", "")) {
    throw badRequest(
      `The location of a system topic must be that of its source: '${resource.location}', not '${body.location}'.`,
      "InvalidRequest",
    );
  }
  const other = Object.values(draft.arm.resources).find(
    ({ type, properties, id: otherId }) =>
      type === systemTopics.type &&
      resourceKey(otherId) !== resourceKey(id.id) &&
      resourceKey(String(properties.source)) === resourceKey(source),
  );
  if (other !== undefined) {
    throw new ArmError(
      400,
      "InvalidRequest",
      `Only one system topic is allowed per source: '${other.id}' is there for '${source}'.`,
    );
  }
}
