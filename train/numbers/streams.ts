/** The purposes for which training draws random numbers; each has streams of its own (see `base/random/stream.ts`). */
export const STREAMS = {
  initialParameters: 1,
  /** (seed, actions, agent, iteration) */
  actions: 2,
  /** (seed, minibatches, iteration) */
  minibatches: 3,
  /** (EVALUATION_SEED, evaluation, agent, episode) */
  evaluation: 4,
} as const;
