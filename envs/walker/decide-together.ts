/** Many agents side by side: how a decision of all of them goes. */
import type { Agent, Outcome } from './agent.ts';
import type { Worlds } from './world.ts';

/**
 * One decision of many walkers of one task, physics step by physics step. One whose episode ends waits for the others, while its bodies
 * may go on moving: what it ended in is to be seen in `ended`.
 *
 * @param actions [walkers, actionSize].
 * @param isOver 1 where a walker takes no part, [walkers]; set where an episode ends.
 * @param ended told of each that takes part when its decision has ended, at once.
 */
export function decideTogether(
  worlds: Worlds,
  walkers: readonly Agent[],
  actions: Float32Array,
  isOver: Uint8Array,
  ended: (which: number, outcome: Outcome) => void,
): void {
  if (walkers.length === 0) return;
  const { stepsPerDecision, behavior } = walkers[0]!.task;
  for (let which = 0; which < walkers.length; which++) {
    if (!isOver[which]) walkers[which]!.begin(actions, which * behavior.actionSize);
  }
  for (let step = 0; step < stepsPerDecision; step++) {
    for (let which = 0; which < walkers.length; which++) {
      if (!isOver[which]) walkers[which]!.beforeStep();
    }
    worlds.simulate(isOver);
    for (let which = 0; which < walkers.length; which++) {
      if (isOver[which] || walkers[which]!.afterStep()) continue;
      isOver[which] = 1;
      ended(which, walkers[which]!.end());
    }
  }
  for (let which = 0; which < walkers.length; which++) {
    if (!isOver[which]) ended(which, walkers[which]!.end());
  }
}
