/** Shells for which settings can be written. */
export const SHELLS = ["sh", "fish", "powershell"] as const;
export type Shell = (typeof SHELLS)[number];

/** What a shell is to be told. */
export interface ShellSettings {
  variables: Readonly<Record<string, string>>;
  /** Go before what PATH holds, the first one first, unless they are in it. */
  pathFolders: readonly string[];
  /** Added to what NODE_OPTIONS holds, unless it is in it. */
  nodeOption: string;
}

/** A script that a shell can evaluate; doing so twice changes nothing more. */
export function shellScript(shell: Shell, { variables, pathFolders, nodeOption }: ShellSettings): string {
  const { assign, prependPath, addNodeOption } = SYNTAX[shell];
  return [
    ...Object.entries(variables).map(([name, value]) => assign(name, value)),
    ...pathFolders.toReversed().map(prependPath),
    addNodeOption(nodeOption),
  ].join("\n");
}

interface Syntax {
  assign(name: string, value: string): string;
  prependPath(folder: string): string;
  addNodeOption(option: string): string;
}

const quotedForSh = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
const quotedForFish = (text: string) => `'${text.replace(/[\\']/g, "\\$&")}'`;
const quotedForPowershell = (text: string) => `'${text.replaceAll("'", "''")}'`;

const SYNTAX: Record<Shell, Syntax> = {
  sh: {
    assign: (name, value) => `export ${name}=${quotedForSh(value)}`,
    prependPath: (folder) =>
      `case ":$PATH:" in *:${quotedForSh(folder)}:*) ;; *) export PATH=${quotedForSh(folder)}:"$PATH" ;; esac`,
    addNodeOption: (option) =>
      `case " \${NODE_OPTIONS:-} " in *" "${quotedForSh(option)}" "*) ;; ` +
      `*) export NODE_OPTIONS="\${NODE_OPTIONS:+$NODE_OPTIONS }"${quotedForSh(option)} ;; esac`,
  },
  fish: {
    assign: (name, value) => `set -gx ${name} ${quotedForFish(value)}`,
    prependPath: (folder) =>
      `contains -- ${quotedForFish(folder)} $PATH; or set -gx PATH ${quotedForFish(folder)} $PATH`,
    addNodeOption: (option) =>
      `string match -q -- "* "${quotedForFish(option)}" *" " $NODE_OPTIONS "; ` +
      `or set -gx NODE_OPTIONS (string trim -- "$NODE_OPTIONS "${quotedForFish(option)})`,
  },
  powershell: {
    assign: (name, value) => `$env:${name} = ${quotedForPowershell(value)}`,
    prependPath: (folder) =>
      `if (($env:PATH -split [IO.Path]::PathSeparator) -notcontains ${quotedForPowershell(folder)}) ` +
      `{ $env:PATH = ${quotedForPowershell(folder)} + [IO.Path]::PathSeparator + $env:PATH }`,
    addNodeOption: (option) =>
      `if (("$env:NODE_OPTIONS" -split ' ') -notcontains ${quotedForPowershell(option)}) ` +
      `{ $env:NODE_OPTIONS = ("$env:NODE_OPTIONS " + ${quotedForPowershell(option)}).Trim() }`,
  },
};

/** The shell that a person most likely evaluates this in. */
export function likelyShell(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): Shell {
  if (/(^|\/)fish$/.test(env.SHELL ?? "")) return "fish";
  return platform === "win32" && env.SHELL === undefined ? "powershell" : "sh";
}
