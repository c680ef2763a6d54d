/** What was measured here, and where each number comes from: docs/scale.md tells them in words. */
import type { Job, OneTraining, Point, Server } from './simulate.ts';

/** A training by config/walker-quick.yaml. */
export const training = {
  /** Decisions that a core collects and learns from in a second of processor time (docs/learning-in-the-browser.md: 2,072 and 1,919). */
  decisionsPerCoreSecond: 2000,
  /** Share of it that is spent on learning: of two million decisions, by metrics.jsonl of six trainings, 0.52 to 0.59. */
  learningShare: 0.56,
  /** Bytes of its checkpoint, of its best one, and of metrics.jsonl for a decision. */
  checkpointBytes: 4.73e6,
  bestBytes: 4.4e6,
  metricsBytesPerDecision: 0.09,
  /** From a leg being there to its first decision. */
  startSeconds: 1,
};

/** By processor time, of requests of 4.7 MB and of 64 bytes: what one core of a Redis and one of a client come to. */
export const byProcessorTime = {
  redis: { bytesPerSecond: 4.7e6 / 0.002112, secondsPerRequest: 37e-6 } satisfies Server,
  client: { bytesPerSecond: 4.7e6 / 0.004826, secondsPerRequest: 160e-6 } satisfies Server,
};

/** Payload of a link of so many Gbit/s, as TCP leaves it. */
export function network(gigabits: number): Server {
  return { bytesPerSecond: gigabits * 0.118e9, secondsPerRequest: 200e-6 };
}

/** The slower of two at each. */
export function slower(one: Server, other: Server): Server {
  return {
    bytesPerSecond: Math.min(one.bytesPerSecond, other.bytesPerSecond),
    secondsPerRequest: Math.max(one.secondsPerRequest, other.secondsPerRequest),
  };
}

/** A leg of so many decisions that goes on from a checkpoint, and keeps where it stands every 200,000. */
export function legOf(decisions: number): Job {
  const { decisionsPerCoreSecond, checkpointBytes, bestBytes, metricsBytesPerDecision } = training;
  const both = checkpointBytes + bestBytes;
  return {
    seconds: decisions / decisionsPerCoreSecond,
    begins: both,
    kept: both,
    // The two latest checkpoints, the best, and what was told.
    result: both + checkpointBytes + decisions * metricsBytesPerDecision,
    keeps: Math.max(0, Math.ceil(decisions / 200_000) - 1),
  };
}

/** The same training, as one that many machines share: a decision's row is what the learner needs of it. */
export const shared: OneTraining = {
  collecting: (1 - training.learningShare) / training.decisionsPerCoreSecond,
  learning: training.learningShare / training.decisionsPerCoreSecond,
  buffer: 10_240,
  minibatches: 4 * 20,
  // 243 observations, 39 actions, reward, log-probability and flags, in single precision.
  rowBytes: 4 * (243 + 39 + 3),
  // Parameters of actor and critic. The best checkpoint has them and both moments of Adam beside 2.0 MB of observations.
  weightBytes: 0.8e6,
};

/**
 * Pretended jobs through a real redis-server 7.0 (`npm run bench -- scale --measure`), all on two hyperthreads that had fifteen times
 * as much to do: what the Redis came to then, and how long so many jobs took. Each sleeps for 2 s in two parts.
 */
export const measured = {
  redis: { bytesPerSecond: 17.34e6, secondsPerRequest: 0.0108 } satisfies Server,
  job: { seconds: 2, begins: 9.1e6, kept: 9.5e6, result: 9.5e6, keeps: 1 } satisfies Job,
  points: [
    { actors: 1, jobs: 3, seconds: 12.51 },
    { actors: 2, jobs: 6, seconds: 20.49 },
    { actors: 4, jobs: 12, seconds: 29.17 },
    { actors: 8, jobs: 24, seconds: 62.73 },
  ] satisfies readonly Point[],
};
