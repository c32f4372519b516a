import { isReadByAgent, withoutAgentCommands } from "./agent-commands.ts";
import type { Terminal } from "./terminal.ts";
import { withoutSecrets } from "./without-secrets.ts";

/**
 * A terminal that shows nothing in the form of a secret, and on which no text acts upon the agent of a pipeline that reads
 * it. What is written by `verbatim` passes.
 */
export function guardedTerminal(terminal: Terminal, env: NodeJS.ProcessEnv): Terminal {
  const isRead = isReadByAgent(env);
  const guarded = (text: string) => {
    const shown = withoutSecrets(text);
    return isRead ? withoutAgentCommands(shown) : shown;
  };
  return {
    out: (text) => terminal.out(guarded(text)),
    err: (text) => terminal.err(guarded(text)),
    verbatim: terminal.verbatim,
    interactive: terminal.interactive,
    style: terminal.style,
  };
}
