/**
 * Training in a live Unity: the Editor, or built players.
 *
 * Unity is waited for, and each behaviour that it tells of is trained by the settings that the configuration has for it.
 */

import { commandText } from '../../base/command-text.ts';
import { UserError } from '../../base/failure/user-error.ts';
import { refuseCheckpoints } from '../../train/keep/starting-point.ts';
import type { StageContext, StageResult } from '../stage.ts';
import { outcomeDetails, toldOutcome } from './train-outcome.ts';
import { type Trained, UnityBehaviors } from './unity-behaviors.ts';
import { openUnity } from './unity-opening.ts';
import type { UnityTraining } from './unity-training.ts';

/** @throws UserError where the training can't begin, or can't go on. */
export async function trainInUnity(training: UnityTraining, context: StageContext): Promise<StageResult> {
  const { run, logger, signal } = context;
  if (!training.resume && !context.force) refuseCheckpoints(run.checkpoints); // now, not after Play
  const behaviors = new UnityBehaviors(training, context);
  await behaviors.check();
  const unity = await openUnity(training, context, behaviors);
  try {
    await behaviors.finished;
    unity.dismiss();
    await behaviors.settled();
  } finally {
    await unity.close();
  }
  if (behaviors.failure !== undefined && !(behaviors.failure instanceof UserError)) throw behaviors.failure;
  const results = behaviors.results();
  if (results.length === 0) {
    if (behaviors.failure) throw behaviors.failure;
    signal.throwIfAborted();
  }
  for (const { name, run: own } of results.slice(1))
    logger.info(`To export ${name}: ${commandText('export', own.flags)}`);
  return stageResult(results, behaviors.failure as UserError | undefined);
}

function stageResult(results: readonly Trained[], failure: UserError | undefined): StageResult {
  const isInterrupted = results.some(({ interrupted }) => interrupted);
  const outputs = results.flatMap(({ name, run, checkpoint }, place): [string, string][] =>
    place === 0
      ? [
          ['checkpoint', checkpoint],
          ['config', run.config],
          ['metrics', run.metrics],
        ]
      : [[`checkpoint of ${name}`, checkpoint]],
  );
  return {
    summary: results.map((result) => summaryOf(result, results.length > 1)).join('; '),
    outputs: Object.fromEntries(outputs),
    details: { ...detailsOf(results[0]!), behaviors: results.map(detailsOf) },
    ...(failure ? { ended: 'failed', reason: failure.message } : { ended: isInterrupted ? 'interrupted' : 'done' }),
  };
}

function summaryOf(result: Trained, isOneOfSeveral: boolean): string {
  return `${isOneOfSeveral ? `${result.name}: ` : ''}${result.progress.step} steps, ${toldOutcome(result)}`;
}

function detailsOf({ name, run, engine, ...result }: Trained) {
  const { step, episodes, seed } = result.progress;
  return {
    behavior: name,
    run: run.path,
    steps: step,
    episodes,
    ...outcomeDetails(result),
    seed,
    backend: engine.backend,
    ...engine.use,
  };
}
