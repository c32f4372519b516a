/** Everything that an iteration yields, each through `of`. */
export async function collected<T, R>(items: AsyncIterable<T>, of: (item: T) => R): Promise<R[]> {
  const all: R[] = [];
  for await (const item of items) all.push(of(item));
  return all;
}
