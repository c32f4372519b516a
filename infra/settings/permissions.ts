/**
 * API permissions by name. Ids from Microsoft's permissions reference
 * (https://learn.microsoft.com/graph/permissions-reference) and, for Exchange Online, from the manifest
 * examples of https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth.
 */

export const MICROSOFT_GRAPH = "00000003-0000-0000-c000-000000000000";
export const EXCHANGE_ONLINE = "00000002-0000-0ff1-ce00-000000000000";

export interface Permission {
  /** The client id of the API that the permission belongs to. */
  api: string;
  id: string;
  type: "Scope" | "Role";
}

function table(api: string, type: Permission["type"], ids: Record<string, string>): Map<string, Permission> {
  return new Map(Object.entries(ids).map(([name, id]) => [name, { api, id, type }]));
}

/** On behalf of a signed-in user. */
export const delegatedPermissions: ReadonlyMap<string, Permission> = table(MICROSOFT_GRAPH, "Scope", {
  "IMAP.AccessAsUser.All": "652390e4-393a-48de-9484-05f9b1212954",
  "Mail.ReadWrite": "024d486e-b451-40bb-833d-3e66d98c5c73",
  "Mail.Send": "e383f46e-2787-4529-855e-0e479a3ffac0",
  "POP.AccessAsUser.All": "d7b7f2d9-0f45-4ea1-9d42-e50810c06991",
  "SMTP.Send": "258f6531-6087-4cc4-bb90-092c5fb3ed3f",
  "User.Read": "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
  email: "64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0",
  offline_access: "7427e0e9-2fba-42fe-b0c0-848c9e6a8182",
  openid: "37f7f235-527c-4136-accd-4a02d197296e",
  profile: "14dad69e-099b-42c9-810b-d002981feec1",
});

/** As the application itself. */
export const applicationPermissions: ReadonlyMap<string, Permission> = new Map([
  ...table(MICROSOFT_GRAPH, "Role", {
    "Mail.Read": "810c84a8-4a9e-49e6-bf7d-12d183f40d01",
    "Mail.ReadWrite": "e2a3a72e-5f79-4c64-b1b1-878b674786c9",
    "Mail.Send": "b633e1c5-b582-4048-a93e-9f11b44c7e96",
  }),
  ...table(EXCHANGE_ONLINE, "Role", {
    "IMAP.AccessAsApp": "5e5addcd-3e8d-4e90-baf5-964efab2b20a",
    "POP.AccessAsApp": "cb842b43-da6e-4506-86fe-bb12199c656d",
  }),
]);

/** The known name nearest to a misspelt one, for error texts; undefined if none is near. */
export function nearestName(misspelt: string, names: Iterable<string>): string | undefined {
  let best: { name: string; distance: number } | undefined;
  for (const name of names) {
    const distance = editDistance(misspelt.toLowerCase(), name.toLowerCase());
    if (best === undefined || distance < best.distance) best = { name, distance };
  }
  return best !== undefined && best.distance <= Math.max(2, Math.floor(misspelt.length / 4))
    ? best.name
    : undefined;
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substitution);
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
