export { type FileLock, tryLockFile } from "../tools/file-lock.ts";
