/** How often an update is tried in one run; the next scheduled run is another try. */
export const MOST_ATTEMPTS = 3;

const BASE_DELAY_MS = 30_000;
const LONGEST_DELAY_MS = 5 * 60_000;

/**
 * Signs of trouble that passes: networks, throttling, servers' own trouble, somebody else's update. A failed
 * verification is none: the plan itself decides when that is tried again.
 */
const TRANSIENT = [
  /\b(ECONNRESET|ECONNREFUSED|ETIMEDOUT|EPIPE|ENETUNREACH|EHOSTUNREACH|EAI_AGAIN|UND_ERR_\w+)\b/,
  /\b(connection (reset|refused|closed|timed out)|unexpected EOF|i\/o timeout|TLS handshake timeout|no such host)\b/i,
  /\b(too many requests|throttl(ed|ing)|temporarily unavailable|service unavailable|gateway time-?out|bad gateway)\b/i,
  /\bnot answered? (in|within)\b|\btimed out\b|\bcontext deadline exceeded\b/i,
  /\b(StatusCode|status(?: code)?|HTTP)[ :=/]*(429|500|502|503|504)\b/i,
  /\banother update of stack\b.*\bis under way\b|\bthe stack is currently locked\b/i,
];

/** Whether what an engine said is worth another try in the same run. Pure. */
export function isTransient(text: string): boolean {
  return TRANSIENT.some((sign) => sign.test(text));
}

/**
 * How long to wait before attempt `attempt` + 1: anything between nothing and a bound that doubles (full jitter,
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter).
 * @param random from 0 to 1.
 */
export function retryDelayMs(attempt: number, random: number): number {
  return Math.floor(random * Math.min(LONGEST_DELAY_MS, BASE_DELAY_MS * 2 ** (attempt - 1)));
}
