/** What is told, at export, of observations that never moved in training. */
import type { Logger } from '../cli/logger.ts';
import type { BehaviorSpec } from '../envs/env.ts';
import { behavior as walker } from '../envs/walker/behavior.ts';
import type { Checkpoint } from '../train/keep/checkpoint.ts';
import { leftOut } from '../train/policy/still-observations.ts';

/** As many names as a line holds. */
const TOLD = 4;

/** Says which they are, and warns where the policy listens to them. @param behavior whose names they have, where it is that one. */
export function tellStill(
  { network, normaliser, behaviorName }: Checkpoint,
  logger: Pick<Logger, 'info' | 'warn'>,
  behavior: Pick<BehaviorSpec, 'name' | 'observationSize' | 'observationNames'> = walker,
): void {
  const still = network.rawObservations ? [] : normaliser.still();
  if (still.length === 0) return;
  const isKnown = behaviorName === behavior.name && network.observationSize === behavior.observationSize;
  const names = isKnown ? behavior.observationNames : undefined;
  const some = still.slice(0, TOLD).map(({ index }) => names?.[index] ?? `number ${index}`);
  const told = [...some, ...(still.length > TOLD ? ['...'] : [])].join(', ');
  const subject = `${still.length} of ${network.observationSize} observations never moved in training (${told})`;
  if (leftOut({ network, normaliser }).length > 0) logger.info(`${subject}; the file does not listen to them.`);
  else {
    logger.warn(
      `${subject}. Where they move in Unity, by a thousandth already, they reach the policy through weights that nothing trained. ` +
        'Set gaitsmith.min_observation_deviation: 0.001 to leave them out.',
    );
  }
}
