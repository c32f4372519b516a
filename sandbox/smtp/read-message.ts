/** What the sandbox keeps of a message. */
export interface ReadMessage {
  messageId: string | undefined;
  subject: string;
  isHtml: boolean;
  /** Lower case, from the headers. */
  to: string[];
  cc: string[];
  /** The body as it was sent: parts and encodings are not taken apart. */
  content: string;
}

/** Reads the headers of a message (RFC 5322, section 2.2). */
export function readMessage(raw: string): ReadMessage {
  const text = raw.replaceAll("\r\n", "\n");
  const end = text.indexOf("\n\n");
  const head = end === -1 ? text : text.slice(0, end);
  const headers = new Map<string, string>();
  for (const line of head.replace(/\n[ \t]+/g, " ").split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  const messageId = headers.get("message-id");
  return {
    messageId: messageId === "" ? undefined : messageId,
    subject: headers.get("subject") ?? "",
    isHtml: /^text\/html\b/i.test(headers.get("content-type") ?? ""),
    to: addressesIn(headers.get("to")),
    cc: addressesIn(headers.get("cc")),
    content: end === -1 ? "" : text.slice(end + 2).replace(/\n$/, ""),
  };
}

function addressesIn(header: string | undefined): string[] {
  return (header ?? "").toLowerCase().match(/[^\s<>,;"]+@[^\s<>,;"]+/g) ?? [];
}
