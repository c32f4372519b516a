/**
 * What the agents of Azure Pipelines (`##vso[`) and of GitHub (`##[`, from its beginnings) look for anywhere in a line.
 * @see https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
 */
const ANYWHERE = /##(?=(vso)?\[)/gi;
/**
 * What GitHub's runner takes for a command at the beginning of a line, blanks apart.
 * @see https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 */
const AT_BEGINNING = /^(\s*):(?=:)/gm;

/** Whether a pipeline's agent reads what this process writes. */
export function isReadByAgent(env: NodeJS.ProcessEnv): boolean {
  return env.GITHUB_ACTIONS === "true" || env.TF_BUILD?.toLowerCase() === "true";
}

/**
 * `text` in which no agent finds a command: what others wrote (a resource's name, a provider's message) could set
 * variables of the job, or mask its log. A blank shows where one was kept from acting.
 */
export function withoutAgentCommands(text: string): string {
  return text.replace(ANYWHERE, "## ").replace(AT_BEGINNING, "$1: ");
}
