/** An id to be filled in by the sandbox. */
const placeholder = "00000000-0000-0000-0000-000000000000";

/** The settings of a stack of so many credentials, each with one consumer, as a team of that size would have. */
export function benchSettings(credentials: number): Record<string, unknown> {
  return {
    tenantId: placeholder,
    region: "westeurope",
    team: { name: "Bench", groupId: placeholder },
    vault: { name: `kv-bench-${credentials}`, resourceGroup: `rg-bench-${credentials}` },
    rotation: { lifetime: "180 days", period: "90 days", overlap: "14 days", splay: "14 days" },
    // The sandbox knows a new secret at once: one token proves it.
    verification: { successes: 1 },
    alerts: {
      runbooks: "https://bench.example.com/runbooks",
      receivers: [{ name: "pager", webhook: "https://bench.example.com/pager" }],
    },
    credentials: Array.from({ length: credentials }, (_, index) => ({
      name: `credential-${index + 1}`,
      application: {
        displayName: `Credential ${index + 1}`,
        permissions: { application: ["Mail.Send"] },
      },
      consumers: [{ name: "service", principalId: placeholder }],
    })),
  };
}
