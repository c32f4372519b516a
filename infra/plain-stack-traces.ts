/**
 * Gives stack traces back to Node, for this process. Pulumi keeps one with every promise, and the source map
 * support that it starts would translate each: half of the program's time with many resources, for nothing.
 * Node strips types in place, so this program's own lines and columns are right as they are.
 */
Reflect.deleteProperty(Error, "prepareStackTrace");
