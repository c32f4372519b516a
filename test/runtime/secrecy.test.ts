import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { type Attributes, type Span, trace } from "@opentelemetry/api";
import { environmentSource } from "../../runtime/src/sources/environment-source.ts";
import { fileSource } from "../../runtime/src/sources/file-source.ts";
import { keyVaultSource } from "../../runtime/src/sources/key-vault-source.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { CredentialWorld } from "./credential-world.ts";
import { scope } from "./fake-cloud.ts";

const { signal } = new AbortController();
const shown = (value: unknown) =>
  inspect(value, { depth: 9, showHidden: true }) + inspect(value) + JSON.stringify(value) + String(value);

describe("what the library tells of itself", () => {
  it("puts its events on the active span, without a secret or token", async (t) => {
    const told: [string, Attributes | undefined][] = [];
    const span = { addEvent: (name: string, attributes?: Attributes) => told.push([name, attributes]) };
    t.mock.method(trace, "getActiveSpan", () => span as unknown as Span);
    const world = new CredentialWorld();
    world.vault.publish("secret-2");
    const credential = world.open();
    await credential.getToken(scope); // By the previous secret.
    world.directory.secrets.set("secret-1", "expired");
    world.directory.secrets.set("secret-2", "expired");
    await assert.rejects(world.time.until(credential.getToken("api://other")));
    await world.close();
    const names = new Set(told.map(([name]) => name));
    for (const type of [
      "secret-changed",
      "secret-refused",
      "fallback-used",
      "token-request-failed",
      "breaker-changed",
    ]) {
      assert.ok(names.has(`keyturn.${type}`), type);
    }
    assert.ok(told.some(([, attributes]) => attributes?.["keyturn.secret.generation"] === 1));
    assert.ok(!/secret-\d|token-\d/.test(JSON.stringify(told)));
  });

  it("shows no value of a source that was read to inspect, JSON or text", async (t) => {
    const path = join(temporaryFolder(t), "file");
    writeFileSync(path, "value-1");
    const requests: string[] = [];
    const sources = [
      fileSource({ path }),
      environmentSource({ variable: "CLIENT_SECRET", environment: { CLIENT_SECRET: "value-1" } }),
      keyVaultSource({
        vaultUrl: "https://kt.vault.azure.net",
        secretName: "mailman",
        credential: {
          getToken: async () => ({ token: "value-2", expiresOnTimestamp: Number.MAX_SAFE_INTEGER }),
        },
        clientOptions: {
          httpClient: {
            sendRequest: async (request) => {
              requests.push(request.url);
              const id = "https://kt.vault.azure.net/secrets/mailman/1";
              return {
                request,
                status: 200,
                headers: request.headers,
                bodyAsText: JSON.stringify({ value: "value-1", id, attributes: { enabled: true } }),
              };
            },
          },
        },
      }),
    ];
    for (const source of sources) {
      const secret = await source.readCurrent({ signal });
      assert.equal(secret.reveal(), "value-1");
      assert.ok(!/value-\d/.test(shown(source) + shown(secret)), source.description);
    }
    assert.ok(requests.length > 0);
  });
});
