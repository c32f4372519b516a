/**
 * What the rotation pipeline reports of each run, as a custom event in Application Insights: the dead man's rule
 * fires when none that succeeded arrived for two intervals. It needs no secret: a connection string only lets one
 * write (https://learn.microsoft.com/azure/azure-monitor/app/connection-strings#is-the-connection-string-a-secret).
 */
export const RUN_EVENT = "KeyturnRotationRun";

/** The event's attributes. */
export interface RunEvent {
  stack: string;
  outcome: "succeeded" | "failed";
}
