import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PLANS_FILE_VARIABLE, type PlanReport, planReportSchema } from "../../infra/plan-report.ts";
import { type Engine, pulumiError } from "../engine/engine.ts";
import type { Policy } from "../policy/policy.ts";
import { withPolicyPack } from "../policy/policy-pack.ts";
import { type PreviewEvents, readEvents } from "./events.ts";

export interface PreviewRun {
  events: PreviewEvents;
  plans: PlanReport[];
  /** Whether the engine ended well. */
  succeeded: boolean;
}

export interface RunPreviewArgs {
  /** Opens the engine with these variables over the environment. */
  open(variables: Readonly<Record<string, string>>): Promise<Engine>;
  /** Plan for this moment instead of now. */
  at: string | undefined;
  /** What it is judged by; undefined: by nothing. */
  policy: Policy | undefined;
  /** Whether Azure is asked first what is there, so that drift is seen. Default: false. */
  refresh?: boolean;
}

/**
 * Runs the real preview. The engine's events come through a pipe and are never written anywhere: among them
 * are messages that may repeat what a provider was sent.
 * @throws CommandError if the engine did not come as far as to say anything.
 */
export async function runPreview({ open, at, policy, refresh = false }: RunPreviewArgs): Promise<PreviewRun> {
  const folder = await mkdtemp(join(tmpdir(), "keyturn-preview-"));
  const plansFile = join(folder, "plans.json");
  try {
    const engine = await open({
      PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true",
      [PLANS_FILE_VARIABLE]: plansFile,
      ...(at !== undefined && { KEYTURN_AT: at }),
    });
    const args = ["preview", "--json"];
    if (refresh) args.push("--refresh");
    const result = await withPolicyPack(policy, (pack) => engine.run([...args, ...pack]));
    const succeeded = result.exitCode === 0;
    const events = readEvents(result.stdout.split("\n"));
    if (!succeeded && events.errors.length === 0 && events.policy.length === 0) {
      // What the engine says before it starts is on its other stream; events are never shown as they are.
      throw pulumiError(args, { ...result, stdout: "" });
    }
    return { events, plans: await readPlans(plansFile), succeeded };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The plans as the program wrote them; none if it did not come so far. */
async function readPlans(file: string): Promise<PlanReport[]> {
  try {
    return planReportSchema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
