import type { PipelineWorld } from "./pipeline-world.ts";
import { PASSPHRASE } from "./pipeline-world.ts";

/** A text that left a run, and what it is. */
export interface Shown {
  where: string;
  text: string;
}

/** Everything that people, GitHub or Azure Monitor were shown or sent by the runs so far. */
export async function shownBy({ sandbox, github, runs }: PipelineWorld): Promise<Shown[]> {
  const { events, logs } = sandbox.store.state;
  return [
    ...runs.flatMap(({ workflow, jobs }) =>
      jobs.flatMap(({ id, log, summary }) => [
        { where: `the log of ${workflow}, ${id}`, text: log },
        { where: `the summary of ${workflow}, ${id}`, text: summary },
      ]),
    ),
    ...github.requests.map(({ method, path, body }) => ({
      where: `${method} ${path}`,
      text: `${path}\n${body}`,
    })),
    ...github.state.comments.map(({ issue, body }) => ({ where: `a comment on #${issue}`, text: body })),
    ...github.state.issues.map(({ number, title, body }) => ({
      where: `#${number}`,
      text: `${title}\n${body}`,
    })),
    { where: "events and notices", text: JSON.stringify(events) },
    { where: "the workspaces' rows", text: JSON.stringify(logs) },
  ];
}

/**
 * Every secret that there is: what the vaults hold, what the engine keeps sealed, the identities' own, the tokens of
 * the runs, and the passphrase.
 */
export async function secretsOf(world: PipelineWorld, stacks: readonly string[]): Promise<string[]> {
  const { sandbox, github } = world;
  const published = Object.values(sandbox.store.state.keyVault.vaults).flatMap(({ secrets }) =>
    Object.values(secrets).flatMap(({ versions }) => versions.map(({ value }) => value)),
  );
  const sealed: string[] = [];
  for (const stack of stacks) {
    const exported = await world.pulumi(stack, ["stack", "export", "--show-secrets"]);
    for (const [, text = ""] of exported.matchAll(/"plaintext": ("(?:[^"\\]|\\.)*")/g)) {
      const value: unknown = JSON.parse(JSON.parse(text) as string);
      if (typeof value === "string") sealed.push(value);
    }
  }
  return [
    ...new Set([...published, ...sealed, sandbox.deployer.clientSecret, ...github.tokens, PASSPHRASE]),
  ].filter((value) => value.length >= 12);
}

/** Where a secret can be read, in any of the spellings that a program may give it. Empty if nowhere. */
export function leaksOf(secrets: readonly string[], shown: readonly Shown[]): string[] {
  const forms = secrets.flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    ...[0, 1, 2].map((offset) => base64Within(secret, offset)),
    Buffer.from(secret).toString("hex"),
  ]);
  const wanted = [...new Set(forms)];
  return shown.flatMap(({ where, text }) => {
    const isFoundIn = (read: string) =>
      wanted.some((form) => read.includes(form)) || LOOKS_LIKE_TOKEN.test(read);
    return [text, asRead(text)].some(isFoundIn) ? [where] : [];
  });
}

/** As people read it: Markdown and HTML write many characters by their numbers. */
function asRead(text: string): string {
  return text
    .replaceAll(/&#(\d{1,7});/g, (_, code) => characterOf(Number(code)))
    .replaceAll(/&#x([0-9a-f]{1,6});/gi, (_, code) => characterOf(Number.parseInt(code, 16)));
}

function characterOf(code: number): string {
  return code <= 0x10_ffff ? String.fromCodePoint(code) : "";
}

/** A JSON Web Token, or a client secret of Entra's making, that nobody planted. */
const LOOKS_LIKE_TOKEN = /eyJ[\w-]{20,}\.eyJ[\w-]{20,}\.[\w-]{20,}|[\w.~-]{3}\dQ~[\w.~-]{30,}/;

/** What base64 makes of a secret that begins `offset` bytes after a multiple of three, without its edges. */
function base64Within(secret: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]);
  const text = bytes.toString("base64");
  return text.slice(offset === 0 ? 0 : 4, Math.floor(bytes.length / 3) * 4);
}
