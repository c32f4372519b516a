import type { BootstrapSettings } from "../../infra/identity/settings.ts";

const GITHUB = "https://token.actions.githubusercontent.com";

/** Two stacks of one repository on GitHub; nothing left out. */
export function bootstrapSettings(over: Partial<BootstrapSettings> = {}): BootstrapSettings {
  const stack = (name: string): BootstrapSettings["stacks"][number] => ({
    name,
    resourceGroup: `rg-sell-mail-${name}`,
    location: "westeurope",
    tags: { environment: name, service: "mailman", team: "sell" },
    preview: { issuer: GITHUB, subject: `repo:sell/keyturn:environment:preview-${name}` },
    audit: { issuer: GITHUB, subject: `repo:sell/keyturn:environment:audit-${name}` },
    rotate: { issuer: GITHUB, subject: `repo:sell/keyturn:environment:rotate-${name}` },
    deploy: { issuer: GITHUB, subject: `repo:sell/keyturn:environment:${name}` },
  });
  return {
    name: "keyturn",
    subscriptionId: "99999999-8888-4777-8666-555555555555",
    tenantId: "11111111-2222-4333-8444-555555555555",
    location: "westeurope",
    tags: { environment: "pipelines", service: "mailman", team: "sell" },
    backend: "azure",
    operatorsGroupId: "55555555-5555-4555-8555-555555555555",
    signInReports: true,
    ownerAddresses: true,
    stacks: [stack("dev"), stack("prod")],
    ...over,
  };
}
