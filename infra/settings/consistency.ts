import { DAY_MS, formatDuration, MINUTE_MS } from "../duration.ts";
import { type Policy, policyViolations } from "../rotation/policy.ts";
import { alertViolations } from "./alert-consistency.ts";
import type { CredentialSettings, RotationSettings, Settings } from "./schema.ts";
import { vaultViolations } from "./vault-consistency.ts";

/** Something that is wrong with the settings. */
export interface Violation {
  /** Where, e.g. `credentials[1].consumers[0].principalId`. */
  path: string;
  message: string;
}

/** A credential's rotation policy: the stack's, with the credential's own settings over it. */
export function policyOf(settings: RotationSettings, credential: CredentialSettings): Policy {
  const own = credential.rotation;
  return {
    lifetimeMs: own?.lifetime ?? settings.rotation.lifetime,
    periodMs: own?.period ?? settings.rotation.period,
    overlapMs: own?.overlap ?? settings.rotation.overlap,
    splayMs: own?.splay ?? settings.rotation.splay,
  };
}

/** What must hold between settings. All violations, in the order of the settings. */
export function consistencyViolations(settings: Settings): Violation[] {
  const violations: Violation[] = [];
  const seen = new Map<string, number>();
  const stackPolicy: Policy = {
    lifetimeMs: settings.rotation.lifetime,
    periodMs: settings.rotation.period,
    overlapMs: settings.rotation.overlap,
    splayMs: settings.rotation.splay,
  };
  for (const message of policyViolations(stackPolicy)) violations.push({ path: "rotation", message });

  settings.credentials.forEach((credential, index) => {
    const path = `credentials[${index}]`;
    const first = seen.get(credential.name);
    if (first !== undefined) {
      violations.push({
        path: `${path}.name`,
        message: `"${credential.name}" is taken by credentials[${first}]: names must differ`,
      });
    }
    seen.set(credential.name, first ?? index);

    if (credential.rotation !== undefined) {
      for (const message of policyViolations(policyOf(settings, credential))) {
        violations.push({ path: `${path}.rotation`, message });
      }
    }
    violations.push(...splayViolations(`${path}.rotation`, policyOf(settings, credential)));
    violations.push(...consumerViolations(path, credential));
    violations.push(...federatedViolations(path, credential));
    if (credential.hold !== undefined && credential.request?.action === "rotate") {
      violations.push({
        path: `${path}.request`,
        message: `asks to rotate while the credential is held (${credential.hold.reason}): remove one of the two`,
      });
    }
  });
  violations.push(...applicationViolations(settings.credentials));
  violations.push(...rightViolations(settings.credentials));
  violations.push(...verificationViolations(settings.verification));
  violations.push(...vaultViolations(settings));
  violations.push(...alertViolations(settings.alerts, settings.credentials));
  return violations;
}

/** Entra refuses two writes to one application at once, and two credentials would not wait for each other. */
function applicationViolations(credentials: readonly CredentialSettings[]): Violation[] {
  const seen = new Map<string, string>();
  return credentials.flatMap(({ name, application }, index) => {
    if (!("clientId" in application)) return [];
    const first = seen.get(application.clientId);
    seen.set(application.clientId, first ?? name);
    return first === undefined
      ? []
      : [
          {
            path: `credentials[${index}].application.clientId`,
            message: `${application.clientId} is managed as "${first}" already: one credential for an application`,
          },
        ];
  });
}

/** A consumer's right is named for credential and consumer, with a dash between them: two rights need two names. */
function rightViolations(credentials: readonly CredentialSettings[]): Violation[] {
  const seen = new Map<string, string>();
  return credentials.flatMap((credential, index) =>
    credential.consumers.flatMap((consumer, each) => {
      const right = `${credential.name}-${consumer.name}`;
      const first = seen.get(right);
      seen.set(right, first ?? credential.name);
      return first === undefined || first === credential.name
        ? []
        : [
            {
              path: `credentials[${index}].consumers[${each}].name`,
              message: `"${consumer.name}" of "${credential.name}" has the same name as a consumer of "${first}" when joined by a dash (${right}): choose another`,
            },
          ];
    }),
  );
}

/** Publication has to follow its plan within the hour that is added to every overlap (`PUBLICATION_MARGIN_MS`). */
const LONGEST_VERIFICATION_MS = 5 * MINUTE_MS;

function verificationViolations({ successes, pause, window }: Settings["verification"]): Violation[] {
  const violations: Violation[] = [];
  if (window > LONGEST_VERIFICATION_MS) {
    const message = `must be at most ${formatDuration(LONGEST_VERIFICATION_MS)} (is ${formatDuration(window)})`;
    violations.push({ path: "verification.window", message });
  }
  if (pause * (successes - 1) > window) {
    const message = `${formatDuration(pause)} between ${successes} tokens does not fit into the window (${formatDuration(window)}): no secret could ever be proved`;
    violations.push({ path: "verification.pause", message });
  }
  return violations;
}

/** A federated credential has no secret: what speaks of one contradicts it. */
function federatedViolations(path: string, credential: CredentialSettings): Violation[] {
  if (credential.federated.length === 0) return [];
  const contradicting = (["vault", "movedFrom", "rotation", "hold", "request"] as const).filter(
    (key) => credential[key] !== undefined,
  );
  const all = credential.consumers.length > 0 ? ["consumers", ...contradicting] : contradicting;
  return all.map((key) => ({
    path: `${path}.${key}`,
    message:
      "speaks of a secret, but the credential is federated and has none: remove it, or remove `federated`",
  }));
}

function splayViolations(path: string, policy: Policy): Violation[] {
  return policy.splayMs % DAY_MS === 0
    ? []
    : [{ path, message: `splay must be a whole number of days, not ${formatDuration(policy.splayMs)}` }];
}

function consumerViolations(path: string, credential: CredentialSettings): Violation[] {
  const violations: Violation[] = [];
  for (const field of ["name", "principalId"] as const) {
    const seen = new Map<string, number>();
    credential.consumers.forEach((consumer, index) => {
      const first = seen.get(consumer[field]);
      if (first !== undefined) {
        violations.push({
          path: `${path}.consumers[${index}].${field}`,
          message: `"${consumer[field]}" is taken by consumers[${first}]`,
        });
      }
      seen.set(consumer[field], first ?? index);
    });
  }
  return violations;
}

/** What the stack files carry in the place of ids that only their owner knows. */
export const PLACEHOLDER_ID = "00000000-0000-0000-0000-000000000000";

/** The all-zero GUIDs that the stack files carry until somebody fills in the real ones. */
export function placeholderViolations(settings: Settings): Violation[] {
  return placeholderPaths(settings).map((path) => ({
    path,
    message: "is still the placeholder (all zeros): fill in the real id",
  }));
}

/** Where in the settings, raw or parsed, placeholders stand. */
export function placeholderPaths(settings: unknown): string[] {
  const paths: string[] = [];
  const walk = (value: unknown, path: string) => {
    if (value === PLACEHOLDER_ID) {
      paths.push(path);
    } else if (Array.isArray(value)) {
      value.forEach((item, index) => {
        walk(item, `${path}[${index}]`);
      });
    } else if (typeof value === "object" && value !== null) {
      for (const [key, item] of Object.entries(value)) walk(item, path === "" ? key : `${path}.${key}`);
    }
  };
  walk(settings, "");
  return paths;
}
