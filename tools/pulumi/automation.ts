import { basename, dirname } from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import type { Pulumi } from "./ensure-pulumi.ts";

/** This CLI for the Automation API. */
export function pulumiCommand(pulumi: Pulumi): Promise<PulumiCommand> {
  // The Automation API takes the parent of a `bin` folder, or else whatever is first on PATH, which is
  // where a CLI in a folder of another name was found.
  return basename(pulumi.folder) === "bin"
    ? PulumiCommand.get({ root: dirname(pulumi.folder) })
    : PulumiCommand.get();
}
