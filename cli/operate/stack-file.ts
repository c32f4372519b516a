import { isMap, isSeq, parseDocument } from "yaml";
import { formatInstant } from "../../infra/instant.ts";
import type { CredentialSettings } from "../../infra/settings/schema.ts";
import { CommandError } from "../exit-codes.ts";

/**
 * The text of a stack's file with a credential's hold set or removed; comments and order stay.
 * @throws CommandError if the file has no such credential.
 */
export function withHold(text: string, name: string, hold: CredentialSettings["hold"]): string {
  const document = parseDocument(text);
  const credentials = document.getIn(["config", "keyturn:credentials"]);
  const credential = isSeq(credentials)
    ? credentials.items.find((item) => isMap(item) && item.get("name") === name)
    : undefined;
  if (!isMap(credential)) throw new CommandError(`the stack's file has no credential "${name}"`);
  if (hold === undefined) {
    credential.delete("hold");
  } else {
    const value = {
      until: formatInstant(hold.until),
      reason: hold.reason,
      ...(hold.pastSafeDate && { pastSafeDate: true }),
    };
    credential.set("hold", document.createNode(value));
  }
  return document.toString({ lineWidth: 0 });
}
