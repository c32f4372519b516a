import { object, string } from "../schema.ts";

/** Who made and last changed a resource, and when. */
export const systemData = object({
  createdAt: string,
  createdBy: string,
  createdByType: string,
  lastModifiedAt: string,
  lastModifiedBy: string,
  lastModifiedByType: string,
});
