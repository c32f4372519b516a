import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MeterProvider, MetricReader } from "@opentelemetry/sdk-metrics";
import { RotatingSecret } from "../../runtime/src/rotating-secret.ts";
import { RotatingSecretCredential } from "../../runtime/src/rotating-secret-credential.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { VirtualTime } from "../support/virtual-time.ts";
import { clientId, FakeDirectory, FakeVault, scope, tenantId } from "./fake-cloud.ts";

class ManualReader extends MetricReader {
  override async onShutdown(): Promise<void> {}
  override async onForceFlush(): Promise<void> {}

  /** `name{attributes}` and its value, or the count of a histogram. */
  async values(): Promise<Record<string, number>> {
    const { resourceMetrics } = await this.collect();
    const values: Record<string, number> = {};
    for (const { metrics } of resourceMetrics.scopeMetrics) {
      for (const { descriptor, dataPoints } of metrics) {
        for (const { attributes, value } of dataPoints) {
          const { "keyturn.credential": credential, ...others } = attributes;
          assert.equal(credential, "mailman-office365");
          const suffix = Object.values(others).join(",");
          values[suffix === "" ? descriptor.name : `${descriptor.name}{${suffix}}`] =
            typeof value === "number" ? value : value.count;
        }
      }
    }
    return values;
  }
}

describe("telemetry", () => {
  it("counts requests, reads and fallbacks, and shows the secret's age, end and generation and the breaker", async (t) => {
    const time = new VirtualTime();
    const directory = new FakeDirectory(time);
    const vault = new FakeVault(time);
    const reader = new ManualReader();
    const meterProvider = new MeterProvider({ readers: [reader] });
    const secret = new RotatingSecret({
      credential: "mailman-office365",
      source: vault,
      clock: time,
      random: seededRandom(1),
      meterProvider,
    });
    const credential = new RotatingSecretCredential({
      secret,
      tenantId,
      clientId,
      authorityHost: "https://login.test",
      fetch: directory.fetch,
    });
    vault.publish("secret-1", { lifeMs: 90 * 86_400_000 });
    directory.secrets.set("secret-1", "valid");
    await time.advance(3_600_000);
    vault.publish("secret-2", { lifeMs: 90 * 86_400_000 });
    await time.advance(600_000);
    await credential.getToken(scope);
    assert.deepEqual(await reader.values(), {
      "keyturn.token.requests{client_credentials,wrong-secret}": 1,
      "keyturn.token.requests{client_credentials,ok}": 1,
      "keyturn.token.request.duration{client_credentials,wrong-secret}": 1,
      "keyturn.token.request.duration{client_credentials,ok}": 1,
      "keyturn.secret.reads{ok}": 2,
      "keyturn.secret.fallbacks": 1,
      "keyturn.secret.age": 600,
      "keyturn.secret.time_to_expiry": 90 * 86_400 - 600,
      "keyturn.secret.generation": 1, // It works with the previous one.
      "keyturn.breaker.state": 0,
      "keyturn.token.waiters": 0,
    });
    assert.deepEqual([secret.status.secret?.generation, secret.status.inUse?.generation], [2, 1]);
    directory.secrets.set("secret-1", "expired");
    directory.secrets.set("secret-2", "expired");
    await time.advance(7_200_000);
    await assert.rejects(credential.getToken(scope));
    const after = await reader.values();
    assert.equal(after["keyturn.breaker.state"], 2);
    assert.equal(after["keyturn.token.requests{client_credentials,expired}"], 2);
    secret.close();
    const read = t.mock.method(time, "nowMs");
    await reader.values();
    assert.equal(read.mock.callCount(), 0, "a closed secret is still looked at");
    await meterProvider.shutdown();
  });
});
