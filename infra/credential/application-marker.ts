/** The tag that says which credential of which stack an application belongs to. */
export function applicationMarker(stack: string, credential: string): string {
  return `keyturn:${stack}/${credential}`;
}
