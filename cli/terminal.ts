import { styleText } from "node:util";

/** Where a command writes: results to `out`, everything else (progress, warnings, errors) to `err`. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** To `out`, exactly as it is: for what a program reads, such as a shell or a pipeline's agent. Nothing foreign. */
  verbatim(text: string): void;
  /** Whether `err` is a terminal that a person watches: decides on progress that overwrites itself. */
  readonly interactive: boolean;
  /** Colours `text` for standard output, if that is a terminal and NO_COLOR is not set. */
  style(format: Parameters<typeof styleText>[0], text: string): string;
}

/** The process's own streams. */
export function processTerminal(): Terminal {
  const out = (text: string) => void process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
  return {
    out,
    verbatim: out,
    err: (text) => void process.stderr.write(text.endsWith("\n") ? text : `${text}\n`),
    interactive: process.stderr.isTTY === true,
    style: (format, text) => styleText(format, text, { stream: process.stdout, validateStream: true }),
  };
}
