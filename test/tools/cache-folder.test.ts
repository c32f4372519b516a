import assert from "node:assert/strict";
import { test } from "node:test";
import { cacheFolder } from "../../tools/cache-folder.ts";

const folder = (platform: NodeJS.Platform, env: NodeJS.ProcessEnv = {}) =>
  cacheFolder({ env, platform, home: "/home/ada" });

test("the cache is where the user says, else where the platform keeps caches", {
  skip: process.platform === "win32",
}, () => {
  assert.equal(folder("linux"), "/home/ada/.cache/keyturn");
  assert.equal(folder("darwin"), "/home/ada/Library/Caches/keyturn");
  assert.equal(folder("win32", { LOCALAPPDATA: "/local" }), "/local/keyturn/cache");
  assert.equal(folder("linux", { XDG_CACHE_HOME: "/xdg" }), "/xdg/keyturn");
  assert.equal(folder("darwin", { XDG_CACHE_HOME: "/xdg", KEYTURN_CACHE: "/mine" }), "/mine");
});
