import type { Assessment } from "../../../cli/pipeline/assess-stack.ts";
import { previewDocument } from "../../../cli/preview/document.ts";
import { readEvents } from "../../../cli/preview/events.ts";

/** An assessment in which nothing happens, with what a test is about. */
export function assessmentOf(over: Partial<Assessment> = {}): Assessment {
  return {
    document: previewDocument({ stack: "dev", at: undefined, events: readEvents([]), plans: [] }),
    plans: [],
    alarms: { open: [], accepted: [], void: [] },
    effects: [],
    digest: `sha256:${"0".repeat(32)}`,
    succeeded: true,
    ...over,
  };
}
