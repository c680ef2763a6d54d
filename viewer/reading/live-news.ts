/** `live.json`: news of a training under way. The server makes it from the run's folder, the page shows it. */

export interface LiveNews {
  /** Decisions so far, and in all where that is known. */
  readonly steps: number;
  readonly maxSteps: number | null;
  readonly decisionsPerSecond: number | null;
  /** Shares of the time, which come to 1; null before anything was measured. */
  readonly split: {
    readonly physics: number;
    readonly inference: number;
    readonly learning: number;
    readonly rest: number;
  } | null;
  /** Id of the latest checkpoint in the list of policies; null where there is none. */
  readonly checkpoint: string | null;
  readonly iterations: readonly LiveIteration[];
}

export interface LiveIteration {
  readonly step: number;
  /** Of the episodes that ended; null where none did. */
  readonly reward: number | null;
  readonly length: number | null;
  readonly speed: number | null;
}

/** @throws Error where it is none. */
export function readLiveNews(json: unknown): LiveNews {
  const news = json as LiveNews | null;
  if (!news || typeof news.steps !== 'number' || !Array.isArray(news.iterations))
    throw new Error('live.json is no news of a training');
  return news;
}
