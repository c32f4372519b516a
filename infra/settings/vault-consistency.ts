import { isSameVault, vaultNames } from "../vault/placement.ts";
import type { Violation } from "./consistency.ts";
import type { CredentialSettings, Settings } from "./schema.ts";

/** What must hold between the stack's vaults and where its credentials are published. */
export function vaultViolations(settings: Settings): Violation[] {
  return [
    ...duplicateVaults(settings),
    ...settings.credentials.flatMap((credential, index) =>
      placementViolations(`credentials[${index}]`, credential, vaultNames(settings)),
    ),
  ];
}

function duplicateVaults({ vault, vaults }: Settings): Violation[] {
  const seen = [{ name: vault.name, path: "vault.name" }];
  return vaults.flatMap(({ name }, index) => {
    const path = `vaults[${index}].name`;
    const first = seen.find((each) => isSameVault(each.name, name));
    seen.push({ name, path });
    return first === undefined
      ? []
      : [{ path, message: `"${name}" is taken by ${first.path}: names must differ` }];
  });
}

function placementViolations(path: string, credential: CredentialSettings, known: string[]): Violation[] {
  const { vault, movedFrom } = credential;
  const violations: Violation[] = [];
  for (const key of ["vault", "movedFrom"] as const) {
    const name = credential[key];
    if (name === undefined || known.some((each) => isSameVault(each, name))) continue;
    const message = `"${name}" is no vault of this stack; known: ${known.join(", ")}. Add it to \`vaults\`, or correct it`;
    violations.push({ path: `${path}.${key}`, message });
  }
  if (movedFrom === undefined) return violations;
  if (vault === undefined) {
    const message = `says where the credential was ("${movedFrom}"), but not where it is now: name that with \`vault\``;
    violations.push({ path: `${path}.movedFrom`, message });
  } else if (isSameVault(vault, movedFrom)) {
    const message = `"${movedFrom}" is the vault that the credential is moved to: name the one that published it before`;
    violations.push({ path: `${path}.movedFrom`, message });
  }
  return violations;
}
