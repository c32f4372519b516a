/** An event of the engine's, as far as a preview reads it. */
export interface EventArgs {
  op: string;
  type: string;
  name: string;
  parent?: [type: string, name: string];
  id?: string;
  /** After the step; before it as well, unless `before` says otherwise. */
  inputs?: Record<string, unknown>;
  before?: Record<string, unknown>;
  changed?: string[];
}

/** One of the engine's lines. */
export function eventLine({ op, type, name, parent, id, inputs, before, changed = [] }: EventArgs): string {
  const prefix = "urn:pulumi:dev::keyturn::";
  const urn = `${prefix}${parent === undefined ? "" : `${parent[0]}$`}${type}::${name}`;
  const state = {
    ...(id !== undefined && { id }),
    ...(parent !== undefined && { parent: `${prefix}${parent[0]}::${parent[1]}` }),
    inputs,
  };
  const detailedDiff = Object.fromEntries(changed.map((path) => [path, { diffKind: "update" }]));
  const metadata = {
    op,
    urn,
    type,
    ...(op !== "create" && { old: { ...state, inputs: before ?? inputs } }),
    ...(op !== "delete" && { new: state }),
    detailedDiff,
  };
  return JSON.stringify({ sequence: 1, resourcePreEvent: { metadata, planning: true } });
}
