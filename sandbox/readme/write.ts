import { readFile, writeFile } from "node:fs/promises";
import { emulatedMarkdown } from "./emulated.ts";
import { withEmulatedSection } from "./section.ts";

/** Writes what is emulated into `sandbox/README.md`: `node sandbox/readme/write.ts`. */
const file = new URL("../README.md", import.meta.url);
await writeFile(file, withEmulatedSection(await readFile(file, "utf8"), emulatedMarkdown()));
