/**
 * Many episodes through few rows: each row takes the next one as soon as its last has ended, so that all lanes of the simulator
 * work and a policy is asked about whole batches.
 */

/** @template Item what names an episode. */
export interface BusyRows<Item> {
  /** How many are played side by side. */
  readonly rows: number;
  /** The next one to begin; undefined where there is none. May be dealt out to others too. */
  take(): Item | undefined;
  /** A row begins it, or, with undefined, has nothing more to do. */
  begin(row: number, item: Item | undefined): void;
  /**
   * Lets every row decide once.
   *
   * @param isBusy 1 where an episode is being played, [rows].
   * @returns the busy rows whose episodes have ended.
   */
  decide(isBusy: Uint8Array): Promise<readonly number[]>;
  /** Whether to leave what is being played. */
  isStopped(): boolean;
}

export async function keepBusy<Item>({ rows, take, begin, decide, isStopped }: BusyRows<Item>): Promise<void> {
  const isBusy = new Uint8Array(rows);
  const next = (row: number) => {
    const item = take();
    isBusy[row] = item === undefined ? 0 : 1;
    begin(row, item);
  };
  for (let row = 0; row < rows; row++) next(row);
  while (isBusy.includes(1) && !isStopped()) {
    for (const row of await decide(isBusy)) next(row);
  }
}
