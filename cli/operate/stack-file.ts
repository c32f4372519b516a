import { isMap, isSeq, parseDocument } from "yaml";
import { formatInstant } from "../../infra/instant.ts";
import type { CredentialSettings } from "../../infra/settings/schema.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";

/**
 * The text of a stack's file with a credential's hold set or removed; comments and order stay.
 * @throws CommandError if the file has no such credential.
 */
export function withHold(text: string, name: string, hold: CredentialSettings["hold"]): string {
  const document = parseStackFile(text);
  const path = CREDENTIALS;
  const credentials = document.getIn(path);
  const value = hold === undefined ? undefined : holdValue(hold);
  if (typeof credentials === "string") {
    // `pulumi config set` without --path writes the whole list as text.
    document.setIn(path, withHoldInJson(credentials, name, value));
    return document.toString({ lineWidth: 0 });
  }
  const credential = isSeq(credentials)
    ? credentials.items.find((item) => isMap(item) && item.get("name") === name)
    : undefined;
  if (!isMap(credential)) throw noSuchCredential(name);
  if (value === undefined) credential.delete("hold");
  else credential.set("hold", document.createNode(value));
  return document.toString({ lineWidth: 0 });
}

function holdValue(hold: NonNullable<CredentialSettings["hold"]>): Record<string, unknown> {
  return {
    until: formatInstant(hold.until),
    reason: hold.reason,
    ...(hold.pastSafeDate && { pastSafeDate: true }),
  };
}

function withHoldInJson(text: string, name: string, value: Record<string, unknown> | undefined): string {
  const credentials = parseList(text) as { name?: unknown; hold?: unknown }[];
  const credential = credentials.find((each) => each.name === name);
  if (credential === undefined) throw noSuchCredential(name);
  if (value === undefined) delete credential.hold;
  else credential.hold = value;
  return JSON.stringify(credentials);
}

function noSuchCredential(name: string): CommandError {
  return new CommandError(`the stack's file has no credential "${name}"`, exitCodes.configuration);
}

/** Where a stack's file lists its credentials. */
const CREDENTIALS = ["config", "keyturn:credentials"];

function parseStackFile(text: string) {
  const document = parseDocument(text);
  const [mistake] = document.errors;
  if (mistake === undefined) return document;
  // The lines after the first show a piece of the file.
  const [problem = ""] = mistake.message.split("\n");
  throw new CommandError(`the stack's file is no YAML: ${problem}`, exitCodes.configuration);
}

/** The list of credentials where it is written as text. */
function parseList(text: string): unknown[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    // Told below, as for JSON of another kind.
  }
  if (Array.isArray(list)) return list;
  throw new CommandError(
    `keyturn:credentials in the stack's file must be a list, or a list as JSON, not ${JSON.stringify(text.slice(0, 60))}`,
    exitCodes.configuration,
  );
}

/** The credentials of a stack's file, as Pulumi hands them to the program: JSON. */
export function credentialsIn(text: string): string {
  const found = parseStackFile(text).getIn(CREDENTIALS);
  return typeof found === "string" ? found : JSON.stringify(isSeq(found) ? found.toJSON() : []);
}

/** A credential of an application that exists already, as it stands in a stack's file. */
export interface AdoptedCredential {
  name: string;
  application: { clientId: string };
  consumers?: { name: string; principalId: string }[];
}

/**
 * The text of a stack's file with one more credential at the end of the list.
 * @throws CommandError if there is one of that name, or of that application.
 */
export function withCredential(text: string, credential: AdoptedCredential): string {
  const document = parseStackFile(text);
  const path = CREDENTIALS;
  const found = document.getIn(path);
  const isText = typeof found === "string";
  const credentials = (isText ? parseList(found) : isSeq(found) ? found.toJSON() : []) as {
    name?: string;
    application?: { clientId?: string };
  }[];
  for (const each of credentials) {
    if (each.name === credential.name) {
      throw new CommandError(`the stack has a credential "${credential.name}" already`);
    }
    if (each.application?.clientId?.toLowerCase() === credential.application.clientId.toLowerCase()) {
      throw new CommandError(`the stack manages this application already, as "${each.name}"`);
    }
  }
  if (isSeq(found)) found.add(document.createNode(credential));
  else if (isText) document.setIn(path, JSON.stringify([...credentials, credential]));
  else document.setIn(path, document.createNode([credential]));
  return document.toString({ lineWidth: 0 });
}
