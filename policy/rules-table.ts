import type { Rule } from "./rule.ts";

/** The rules as the table of the pack's documentation. */
export function rulesTable(rules: readonly Rule[]): string {
  const rows = rules.map(({ name, level, description, reason, fix, options = {} }) => {
    const settings = Object.entries(options).map(
      ([option, { description, default: value }]) =>
        `\`${option}\`: ${description}; ${Array.isArray(value) ? value.map((each) => `\`${each}\``).join(", ") : value}`,
    );
    return `| \`${name}\` | ${level} | ${description} | ${sentence(reason)} | ${sentence(fix)} | ${settings.join("<br>")} |`;
  });
  return [
    "| rule | level | what must hold | why | fix | settings and their defaults |",
    "|---|---|---|---|---|---|",
    ...rows.map((row) => row.replaceAll("<the trigger's result>", "&lt;the trigger's result&gt;")),
  ].join("\n");
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
