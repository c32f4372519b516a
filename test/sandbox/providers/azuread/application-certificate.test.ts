import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { before, describe, it } from "node:test";
import { createFaceCertificate } from "../../../../sandbox/https/certificate.ts";
import { isSecret } from "../../../../sandbox/providers/values.ts";
import { plainOutputs } from "../../../support/resource-driver.ts";
import { token, type World, world } from "./world.ts";

const TYPE = token("ApplicationCertificate");

describe("ApplicationCertificate", () => {
  let w: World;
  let pem: string;
  before(async () => {
    w = await world();
    pem = (await createFaceCertificate()).certificatePem;
  });
  const held = () => w.store.state.entra.applications[w.one.applicationId]?.keyCredentials ?? [];

  it("is held by the application in any of its encodings, with the dates of the certificate", async () => {
    const applicationId = `/applications/${w.one.applicationId}`;
    const der = new X509Certificate(pem).raw;
    const spellings = { pem, base64: der.toString("base64"), hex: der.toString("hex") };
    for (const [encoding, value] of Object.entries(spellings)) {
      const mine = await w.driver.create(TYPE, {
        applicationId,
        encoding,
        value,
        type: "AsymmetricX509Cert",
      });
      assert.equal(mine.id, `${w.one.applicationId}/certificate/${mine.outputs.keyId}`);
      assert.ok(isSecret(mine.outputs.value));
      assert.equal(plainOutputs(mine).value, value);
      assert.equal(mine.outputs.endDate, "2099-12-31T23:59:59Z");
      assert.deepEqual(
        held().map(({ key }) => key),
        [der.toString("base64")],
      );
      assert.deepEqual(await w.driver.refresh(mine), mine);
      await w.driver.remove(mine);
      assert.deepEqual(held(), []);
      assert.equal(await w.driver.refresh(mine), undefined);
    }
  });

  it("is refused when it is no certificate, without showing what was given", async () => {
    const inputs = { applicationId: `/applications/${w.one.applicationId}`, value: "not-a-certificate" };
    await assert.rejects(w.driver.create(TYPE, inputs), (error: Error) => {
      assert.match(error.message, /not a valid certificate/);
      assert.equal(error.message.includes("not-a-certificate"), false);
      return true;
    });
  });

  it("says by name what it does not emulate", async () => {
    const inputs = {
      applicationId: `/applications/${w.one.applicationId}`,
      value: pem,
      endDateRelative: "24h",
    };
    await assert.rejects(w.driver.create(TYPE, inputs), {
      code: "UNIMPLEMENTED",
      message: /endDateRelative/,
    });
  });
});
