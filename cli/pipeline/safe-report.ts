import { safeLongText } from "../safe-long-text.ts";
import { withoutSecrets } from "../without-secrets.ts";

/** What an engine or a service said, fit for a comment, an issue or a summary: harmless, and without secrets. */
export function reportable(text: string): string {
  return safeLongText(withoutSecrets(text));
}
