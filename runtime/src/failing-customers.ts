/** On whose behalf a call is made, if not on the application's own. */
export interface Customer {
  /** Tells one customer from another. */
  readonly subject?: string | undefined;
  /** The customer's tenant, where it is known. */
  readonly tenant?: string | undefined;
}

/** Who fails. */
export interface FailureCount {
  /** Customers that failed in a row. */
  readonly customers: number;
  /** Their tenants; one whose tenant is unknown counts as a tenant of its own. */
  readonly tenants: number;
  /** Tenants met so far, failing or not. */
  readonly knownTenants: number;
  /** So many customers, of so many tenants, must fail in a row. */
  readonly customersToOpen: number;
}

/**
 * Whether the trouble of several customers is the application's. Pure.
 *
 * Many mailboxes of one tenant are one tenant's trouble, for an administrator may have shut the application out there;
 * unless there are fewer tenants than it takes: then those are all.
 */
export function isApplicationsTrouble(count: FailureCount): boolean {
  const tenantsToOpen = Math.min(count.customersToOpen, Math.max(1, count.knownTenants));
  return count.customers >= count.customersToOpen && count.tenants >= tenantsToOpen;
}

/** As many tenants are remembered as `customersToOpen` can ask for. */
const mostTenants = 1_000;

/** The customers that failed since the last success. */
export class FailingCustomers {
  readonly #customersToOpen: number;
  /** The tenant of each, by customer. */
  readonly #failed = new Map<string, string>();
  readonly #knownTenants = new Set<string>();

  constructor(customersToOpen: number) {
    this.#customersToOpen = customersToOpen;
  }

  /** Remembers that there is such a tenant. */
  meet({ tenant }: Customer): void {
    if (tenant !== undefined && this.#knownTenants.size < mostTenants) {
      this.#knownTenants.add(tenant);
    }
  }

  /** Counts a failure; returns whether the trouble is the application's by now. */
  add(customer: Customer): boolean {
    const { subject, tenant } = customer;
    if (subject === undefined) {
      return true;
    }
    this.meet(customer);
    if (this.#failed.size < mostTenants) {
      this.#failed.set(subject, tenant ?? `of ${subject}`);
    }
    const tenants = new Set(this.#failed.values());
    const unknown = [...tenants].filter((failed) => !this.#knownTenants.has(failed)).length;
    return isApplicationsTrouble({
      customers: this.#failed.size,
      tenants: tenants.size,
      knownTenants: this.#knownTenants.size + unknown,
      customersToOpen: this.#customersToOpen,
    });
  }

  /** Somebody succeeded. */
  clear(): void {
    this.#failed.clear();
  }
}
