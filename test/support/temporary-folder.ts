import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** A folder of its own for one test, removed after it. */
export function temporaryFolder(t: Pick<TestContext, "after">): string {
  // The real path, because macOS's temporary folder is a link and programs report the real one.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "keyturn-test-")));
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}
