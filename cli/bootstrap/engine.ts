import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parse, stringify } from "yaml";
import type { BootstrapSettings } from "../../infra/identity/settings.ts";
import { type Engine, openEngine } from "../engine/engine.ts";

const PROGRAM = fileURLToPath(new URL("../../bootstrap", import.meta.url));
const STACK = "bootstrap";

/**
 * Opens the engine on the program in `bootstrap/` with a state that lives no longer than `work`: Azure itself remembers.
 * Nothing in that state is a secret, but Pulumi wants a passphrase: one that nobody knows, and nobody needs.
 */
export async function withBootstrapEngine<T>(
  settings: BootstrapSettings,
  env: NodeJS.ProcessEnv,
  work: (engine: Engine, folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "keyturn-bootstrap-"));
  try {
    const backend = join(folder, "state");
    const project = join(folder, "project");
    await Promise.all([mkdir(backend), mkdir(project)]);
    const description = parse(await readFile(join(PROGRAM, "Pulumi.yaml"), "utf8")) as Record<
      string,
      unknown
    >;
    const config = {
      "azure-native:subscriptionId": settings.subscriptionId,
      "azure-native:tenantId": settings.tenantId,
      "azuread:tenantId": settings.tenantId,
      "keyturn-bootstrap:settings": settings,
    };
    await writeFile(
      join(project, "Pulumi.yaml"),
      stringify({ ...description, main: join(PROGRAM, String(description.main)) }),
    );
    await writeFile(join(project, `Pulumi.${STACK}.yaml`), stringify({ config }));
    const engine = await openEngine({
      stack: STACK,
      projectFolder: project,
      env: {
        ...env,
        PULUMI_BACKEND_URL: `${pathToFileURL(backend).href}?metadata=skip`,
        PULUMI_CONFIG_PASSPHRASE: randomUUID(),
        PULUMI_CONFIG_PASSPHRASE_FILE: "",
        ARM_SUBSCRIPTION_ID: settings.subscriptionId,
        ARM_TENANT_ID: settings.tenantId,
      },
    });
    await engine.expect(["stack", "init"]);
    return await work(engine, folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
