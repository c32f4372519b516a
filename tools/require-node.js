// Run first by npm's scripts, which find the Node that `npm ci` brought before any other. Plain JavaScript,
// so that the Node that is too old can read it.
const needed = 24;

if (Number(process.versions.node.split(".")[0]) < needed) {
  process.stderr.write(
    `This needs Node ${needed} or later; \`node\` is ${process.version} (${process.execPath}).\n` +
      "`npm ci` brings the right one for Linux (glibc), macOS and Windows, unless optional dependencies are left out;\n" +
      `elsewhere install Node ${needed}: https://nodejs.org/en/download\n`,
  );
  process.exitCode = 1;
}
