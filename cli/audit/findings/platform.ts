/**
 * Platforms whose workloads can sign in to Entra ID by a federated credential, without a secret
 * (https://learn.microsoft.com/entra/workload-id/workload-identity-federation), by how names speak of them.
 */
const PLATFORMS: readonly [RegExp, string][] = [
  [/github/i, "GitHub Actions"],
  [/gitlab/i, "GitLab"],
  [/\bazure[ _-]?devops\b|\bazdo\b|\bvsts\b/i, "Azure DevOps"],
  [/\bterraform[ _-]?(cloud|enterprise)\b|\bhcp[ _-]?terraform\b/i, "HCP Terraform"],
  [/\bpulumi[ _-]?(cloud|deployments|esc)\b/i, "Pulumi Cloud"],
  [/\bkubernetes\b|\bk8s\b|\baks\b/i, "Kubernetes"],
  [/\bgoogle[ _-]?cloud\b|\bgcp\b/i, "Google Cloud"],
  [/\bspiffe\b|\bspire\b/i, "SPIFFE"],
];

/** Something of each pattern above: nearly every name is done with after this one look. */
const ANY = /git|azure[ _-]?devops|azdo|vsts|terraform|pulumi|kubernetes|k8s|aks|google|gcp|spiffe|spire/i;

/** Whether a name may speak of a platform: if it does not, it is none of `federationPlatform`. */
export function mayNamePlatform(name: string): boolean {
  return ANY.test(name);
}

/** The platform that one of the names speaks of. */
export function federationPlatform(names: readonly string[]): string | undefined {
  const candidates = names.filter(mayNamePlatform);
  if (candidates.length === 0) return undefined;
  return PLATFORMS.find(([pattern]) => candidates.some((name) => pattern.test(name)))?.[1];
}
