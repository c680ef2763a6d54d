/** A counter that several threads count by: what one has taken, no other gets. */
export type SharedCounter = Int32Array<SharedArrayBuffer>;

export function sharedCounter(): SharedCounter {
  return new Int32Array(new SharedArrayBuffer(4));
}

/** The items that nobody has taken yet, taken one at a time, each with its place among all. */
export function* taken<Item extends object>(
  items: readonly Item[],
  next: SharedCounter,
): Generator<Item & { readonly place: number }> {
  for (;;) {
    const place = Atomics.add(next, 0, 1);
    if (place >= items.length) return;
    yield { ...items[place]!, place };
  }
}
