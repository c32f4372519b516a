#!/usr/bin/env node
// The policy pack, to be given to Pulumi by its absolute path: `pulumi up --policy-pack "$PWD/policy/run.ts"`.
// Node 24 must come first on PATH, as it does for every command of `keyturn`.
import { fileURLToPath } from "node:url";
import { PolicyPack } from "@pulumi/policy";
import { policiesOf } from "./pack.ts";
import { rules } from "./rules/index.ts";

// The pack takes its version from the package.json of the folder that it runs in, and the engine starts it in
// the program's.
process.chdir(fileURLToPath(new URL("..", import.meta.url)));

new PolicyPack("keyturn", { policies: policiesOf(rules) });
