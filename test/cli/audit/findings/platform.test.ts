import assert from "node:assert/strict";
import { test } from "node:test";
import { federationPlatform } from "../../../../cli/audit/findings/platform.ts";

test("each platform is known by the names that people give", () => {
  const platforms = {
    "GitHub Actions": ["github-deploy", "My GitHub OIDC"],
    GitLab: ["gitlab runner"],
    "Azure DevOps": ["Azure DevOps prod", "azure-devops", "azdo connection", "old VSTS"],
    "HCP Terraform": ["Terraform Cloud run", "HCP-Terraform"],
    "Pulumi Cloud": ["pulumi-deployments", "Pulumi ESC"],
    Kubernetes: ["k8s external-dns", "aks prod", "Kubernetes"],
    "Google Cloud": ["gcp sync", "Google Cloud import"],
    SPIFFE: ["spire server"],
  };
  for (const [platform, names] of Object.entries(platforms)) {
    for (const name of names) assert.equal(federationPlatform(["x", name]), platform, name);
  }
});

test("words that only look alike mean nothing", () => {
  for (const name of ["Task list", "Legit app", "Inspire portal", "Terraformed", "Google Analytics", ""]) {
    assert.equal(federationPlatform([name]), undefined, name);
  }
});
