// Asks for the Pulumi CLI in a process of its own: progress on stderr, the answer as JSON on stdout.
import { ensurePulumi } from "../../../tools/pulumi/ensure-pulumi.ts";

const pulumi = await ensurePulumi({
  onProgress: ({ step }) => process.stderr.write(`${step}\n`),
  download: async () => {
    throw new Error("no download in tests");
  },
});
process.stdout.write(JSON.stringify(pulumi));
