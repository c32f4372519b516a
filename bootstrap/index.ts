// First, so that it also holds while everything else is loaded.
import "../infra/plain-stack-traces.ts";
import * as pulumi from "@pulumi/pulumi";
import { declareBootstrap } from "../infra/identity/program.ts";
import { bootstrapSettingsSchema } from "../infra/identity/settings.ts";

// `keyturn bootstrap` has checked the settings; whoever runs this by hand is told of the first mistakes all the same.
const settings = bootstrapSettingsSchema.safeParse(new pulumi.Config().requireObject("settings"));
if (!settings.success) {
  const problems = settings.error.issues.map(({ path, message }) => `  ${path.join(".")}: ${message}`);
  throw new pulumi.RunError(`the settings are wrong:\n${problems.join("\n")}`);
}
declareBootstrap(settings.data);
