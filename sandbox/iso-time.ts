/** `2027-12-01T00:00:00Z`: a moment as the sandbox writes it down, to the second (ISO 8601, RFC 3339). */
export function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
