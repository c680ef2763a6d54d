/** News of a training under way, from what its run has left so far: metrics.jsonl and checkpoints. Nothing there is written to. */
import { existsSync, readFileSync } from 'node:fs';
import type { LiveIteration, LiveNews } from '../reading/live-news.ts';

/** Curves of a long run are thinned to about so many points. */
const MOST_POINTS = 600;
/** The split of the time is that of the last so many iterations. */
const LATELY = 20;

/** What of a line of metrics.jsonl is looked at. */
interface Line {
  readonly iteration?: number;
  readonly step: number;
  readonly reward?: number | null;
  readonly episodeLength?: number | null;
  readonly meanSpeed?: number | null;
  readonly decisionsPerSecond?: number;
  readonly seconds?: {
    readonly physics: number;
    readonly inference: number;
    readonly learning: number;
    readonly all: number;
  };
}

/**
 * @param metrics path of metrics.jsonl.
 * @param checkpoint id of the latest one.
 * @param maxSteps that the run is to have, where that is known.
 */
export function newsOf(metrics: string, checkpoint: string | null, maxSteps: number | null): LiveNews {
  const lines = existsSync(metrics) ? linesOf(readFileSync(metrics, 'utf8')) : [];
  const lately = lines.slice(-LATELY);
  const stride = Math.max(1, Math.ceil(lines.length / MOST_POINTS));
  const iterations = lines
    .filter((_, at) => (lines.length - 1 - at) % stride === 0)
    .map(
      ({ step, reward = null, episodeLength = null, meanSpeed = null }): LiveIteration => ({
        step,
        reward,
        length: episodeLength,
        speed: meanSpeed,
      }),
    );
  return {
    steps: lines.at(-1)?.step ?? 0,
    maxSteps,
    decisionsPerSecond: lately.at(-1)?.decisionsPerSecond ?? null,
    split: splitOf(lately),
    checkpoint,
    iterations,
  };
}

/** Iterations alone; a last line that is being written is left out. */
function linesOf(text: string): Line[] {
  return text.split('\n').flatMap((line) => {
    try {
      const read = JSON.parse(line) as Line;
      return typeof read.iteration === 'number' && typeof read.step === 'number' ? [read] : [];
    } catch {
      return [];
    }
  });
}

function splitOf(lines: readonly Line[]): LiveNews['split'] {
  const total = (part: 'physics' | 'inference' | 'learning' | 'all') =>
    lines.reduce((sum, { seconds }) => sum + (seconds?.[part] ?? 0), 0);
  const all = total('all');
  if (!(all > 0)) return null;
  const [physics, inference, learning] = [total('physics') / all, total('inference') / all, total('learning') / all];
  return { physics, inference, learning, rest: Math.max(0, 1 - physics - inference - learning) };
}
