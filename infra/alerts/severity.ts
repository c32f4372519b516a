/** How bad an alert is, as the settings route it. */
export const severities = ["critical", "warning", "info"] as const;
export type Severity = (typeof severities)[number];

/** Azure Monitor's numbers (https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-overview#alert-severity). */
export const AZURE_SEVERITY: Readonly<Record<Severity, 0 | 2 | 3>> = { critical: 0, warning: 2, info: 3 };
