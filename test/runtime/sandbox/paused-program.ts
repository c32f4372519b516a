import { createInterface } from "node:readline";
import { ClientSecretCredential } from "@azure/identity";
import { RotatingSecret } from "../../../runtime/src/rotating-secret.ts";
import { RotatingSecretCredential } from "../../../runtime/src/rotating-secret-credential.ts";
import { keyVaultSource } from "../../../runtime/src/sources/key-vault-source.ts";

/** Gets a new token for each line of standard input, and says with which secret. */

const { env } = process;
const text = (name: string): string => env[name] ?? "";
const identity = new ClientSecretCredential(
  text("AZURE_TENANT_ID"),
  text("AZURE_CLIENT_ID"),
  text("AZURE_CLIENT_SECRET"),
  { authorityHost: text("AZURE_AUTHORITY_HOST"), disableInstanceDiscovery: true },
);
const secret = new RotatingSecret({
  credential: "paused",
  source: keyVaultSource({
    vaultUrl: text("VAULT_URL"),
    secretName: text("SECRET_NAME"),
    credential: identity,
  }),
});
const credential = new RotatingSecretCredential({
  secret,
  tenantId: text("AZURE_TENANT_ID"),
  clientId: text("CLIENT_ID"),
  authorityHost: text("AZURE_AUTHORITY_HOST"),
});
let count = 0;
for await (const _ of createInterface({ input: process.stdin })) {
  const answer = await credential
    .getToken("https://graph.microsoft.com/.default", { claims: `{"n":${count++}}` })
    .then(
      () => `ok with generation ${secret.status.secret?.generation}`,
      (error: unknown) => `failed: ${error}`,
    );
  process.stdout.write(`${answer}\n`);
}
secret.close();
