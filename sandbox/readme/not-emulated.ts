/** Something that Azure has and the sandbox has not. */
export interface NotEmulated {
  what: string;
  /** What happens instead, or why nothing does. */
  instead: string;
}

/** What users would look for and not find. Everything else that is missing is answered with 501 and its name. */
export const notEmulated: readonly NotEmulated[] = [
  {
    what: "Sign-in: passwords and multi-factor authentication",
    instead: "the sign-in page takes whoever is chosen; the sandbox guards nothing",
  },
  {
    what: "Sign-in: password, device-code and SAML grants, the version 1 token endpoint, implicit and hybrid flows",
    instead: "501",
  },
  {
    what: "Sign-in: the times in a client assertion",
    instead:
      "not held against the sandbox clock, since clients sign them by the real one; `entra.settings.checkAssertionTimes` in the state turns it on",
  },
  {
    what: "Sign-in: federated issuers that are not on this machine",
    instead: "AADSTS50166, unless their keys are registered in the state (`entra.signIn.testIssuers`)",
  },
  {
    what: "Sign-in: conditional access, risk, request loops (AADSTS50196), throttling (AADSTS90055)",
    instead: "never by itself: switch on a fault",
  },
  {
    what: "Managed identities: the token endpoint on a virtual machine (169.254.169.254)",
    instead: "a user-assigned identity signs in through its federated credentials",
  },
  {
    what: "Microsoft Graph: `$search`, `$expand`, change notifications, MIME messages, attachments",
    instead: "501 with the name; attachments of a JSON message are ignored",
  },
  {
    what: "Microsoft Graph: replicas that have not caught up, a 409 where nothing is written at the same time",
    instead: "never by itself: switch on a fault (`stale`)",
  },
  {
    what: "Key Vault: working with keys (encrypt, decrypt …), certificates, network rules, private endpoints",
    instead:
      "Resource Manager makes and shows keys; the vault itself answers 501 for them and for certificates; the rest has no effect",
  },
  {
    what: "Storage: keys, shared access signatures, versions, soft delete, leases, conditions, blobs in blocks",
    instead: "keys and signatures let nobody in; the rest is 501, or (versions, soft delete) has no effect",
  },
  {
    what: "Role assignments: conditions on other attributes than the role, the principal and its type",
    instead: "501",
  },
  {
    what: "Key Vault: limits",
    instead: "counted by the sandbox clock: while it stands still, so does the window of ten seconds",
  },
  {
    what: "Azure Resource Manager: PATCH, actions, deployments, locks, policies, deny assignments",
    instead: "501",
  },
  {
    what: "Log alerts: Kusto beyond what alert rules commonly use, scopes other than workspaces, dynamic thresholds",
    instead: "the rule is stored and raises nothing; `keyturn sandbox status` names it and says why",
  },
  {
    what: "Logs: searching them, tables other than `AppEvents`, `AppMetrics`, `AZKVAuditLogs` and the three of sign-ins; what the control plane does to a vault",
    instead:
      "not kept; rows arrive at once, without Azure's minutes of delay; 5,000 rows of a table and three days are kept",
  },
  { what: "Azure outside this machine", instead: "nothing here ever calls it" },
];
