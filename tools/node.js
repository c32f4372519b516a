// `node tools/node.js <arguments>` runs Node 24 with these arguments, whichever Node starts it.
import { runNode24 } from "./node-24.js";

runNode24(process.argv.slice(2));
