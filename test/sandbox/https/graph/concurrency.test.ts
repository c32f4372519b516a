import assert from "node:assert/strict";
import { test } from "node:test";
import type { FaceCall } from "../../../../sandbox/https/observer.ts";
import { addApplication } from "../../../support/directory.ts";
import { graphAs } from "../../../support/graph-caller.ts";
import { startFace } from "../../../support/https-face.ts";

test("of two writes to one application at once, the second is a 409 and changes nothing", async () => {
  const held = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  const isFirst = ({ operation }: FaceCall) => operation === "graph.application.addPassword";
  await using sandbox = await startFace({
    observer: {
      around: async (call, proceed) => {
        if (isFirst(call)) {
          arrived.resolve();
          await held.promise;
        }
        return proceed();
      },
    },
  });
  const [application, other] = [await addApplication(sandbox), await addApplication(sandbox)];
  const graph = await graphAs(
    sandbox,
    await addApplication(sandbox, { displayName: "rotator", graphRoles: ["Application.ReadWrite.All"] }),
  );
  const path = `/v1.0/applications/${application.id}`;
  const first = graph("POST", `${path}/addPassword`, {});
  await arrived.promise;
  const second = await graph("PATCH", path, { notes: "second" });
  assert.equal(second.status, 409);
  assert.equal(second.body.error.code, "Directory_ConcurrencyViolation");
  assert.equal(sandbox.store.state.entra.applications[application.id]?.properties.notes, undefined);
  assert.equal((await graph("GET", path)).status, 200, "reading goes on");
  assert.equal((await graph("PATCH", `/v1.0/applications/${other.id}`, { notes: "x" })).status, 204);
  held.resolve();
  assert.equal((await first).status, 200);
  assert.equal((await graph("PATCH", path, { notes: "third" })).status, 204);
});
