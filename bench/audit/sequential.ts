import { trust } from "../../test/support/https-server.ts";

/**
 * What common scripts do, in a process of its own: `node sequential.ts ORIGIN`, with the authority to trust in
 * `KEYTURN_BENCH_CA`. One page after the other, of the default size, with every property, everything kept; then
 * what ends within 30 days is picked out.
 */
const [origin = ""] = process.argv.slice(2);
trust(process.env.KEYTURN_BENCH_CA ?? "");

interface Page {
  value: { passwordCredentials: { endDateTime: string }[]; keyCredentials: { endDateTime: string }[] }[];
  "@odata.nextLink"?: string;
}

const startedMs = performance.now();
const entities: Page["value"] = [];
for (const collection of ["applications", "servicePrincipals"]) {
  let url: string | undefined = `${origin}/v1.0/${collection}`;
  while (url !== undefined) {
    const response: Response = await fetch(url, { headers: { authorization: "Bearer bench" } });
    const page = (await response.json()) as Page;
    entities.push(...page.value);
    url = page["@odata.nextLink"];
  }
}
const soonMs = Date.now() + 30 * 86_400_000;
const credentials = entities.flatMap((each) => [...each.passwordCredentials, ...each.keyCredentials]);
const findings = credentials.filter(({ endDateTime }) => Date.parse(endDateTime) < soonMs);
process.stdout.write(
  JSON.stringify({
    durationMs: performance.now() - startedMs,
    peakMb: process.resourceUsage().maxRSS / 1024,
    entities: entities.length,
    credentials: credentials.length,
    findings: findings.length,
  }),
);
