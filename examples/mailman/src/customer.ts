/** How a customer's mailbox is reached. */
export interface Customer {
  /** Mailman's own name for the customer. */
  readonly id: string;
  /** The address that sends. */
  readonly mailbox: string;
  /** By mail submission (SMTP), or by Microsoft Graph's `sendMail`. */
  readonly way: "smtp" | "graph";
  /** On behalf of the customer, who has consented; or as the application, in the customer's tenant. */
  readonly signIn:
    | {
        readonly as: "user";
        /** MSAL's name of the account. Left out, whoever connects last. */
        readonly homeAccountId?: string | undefined;
      }
    | { readonly as: "application"; readonly tenantId: string };
}

/** What to ask a token for. SMTP and Graph: https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth */
export function scopeFor({ way, signIn }: Customer): string {
  if (way === "graph") {
    return signIn.as === "user"
      ? "https://graph.microsoft.com/Mail.Send"
      : "https://graph.microsoft.com/.default";
  }
  return signIn.as === "user"
    ? "https://outlook.office.com/SMTP.Send"
    : "https://outlook.office365.com/.default";
}

/**
 * The customer's tenant, where the settings tell it: MSAL's name of an account is the user's id and the tenant's
 * (`uid.utid`), with a dot between.
 */
export function tenantOf({ signIn }: Customer): { readonly tenant?: string } {
  const tenant = signIn.as === "application" ? signIn.tenantId : signIn.homeAccountId?.split(".")[1];
  return tenant === undefined ? {} : { tenant };
}
