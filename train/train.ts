/**
 * Proximal policy optimisation, from configuration to checkpoints: opens what a training consists of, lets it go on from
 * iteration to iteration (training.ts), and frees all of it again.
 */
import { availableParallelism } from 'node:os';
import { UserError } from '../base/failure/user-error.ts';
import { openEngine } from '../compile/index.ts';
import type { Collector } from './collect/collecting.ts';
import { EmbeddedCollector } from './collect/embedded-collector.ts';
import { LiveCollector } from './collect/live-collector.ts';
import { staggered } from './collect/stagger.ts';
import { settingsAt } from './configuration/phases.ts';
import { Curriculum } from './judge/curriculum.ts';
import { staysStopped } from './judge/stopping.ts';
import { evaluationConditions } from './judge/trials.ts';
import type { Checkpoint } from './keep/checkpoint.ts';
import type { FoundCheckpoint } from './keep/checkpoint-folder.ts';
import { goneOnFrom, initialCheckpoint, takenOver, valueFactor } from './keep/initial-checkpoint.ts';
import { startingPoint } from './keep/starting-point.ts';
import { Learner } from './learn/learner.ts';
import { learnerOptions, networkOf } from './learn/learner-options.ts';
import { MOST_THREADS } from './learn/minibatch-step.ts';
import { PolicyDivergence } from './learn/policy-divergence.ts';
import { RewardNormaliser } from './learn/reward-normaliser.ts';
import type { TrainHooks, TrainOptions, TrainResult } from './train-options.ts';
import { Training } from './training.ts';

/**
 * Iterations from where the run stands to max_steps, or until it is asked to stop; ends with a checkpoint.
 *
 * @throws UserError where there are checkpoints and no --resume, or --resume and none, or one of another kind; where the
 *   engine cannot be had; where a NaN or an infinity shows; where a world is to be evaluated in that can't be had twice. A
 *   device that is missing only makes it warn.
 */
export async function train(options: TrainOptions, hooks: TrainHooks): Promise<TrainResult> {
  const { configuration, behavior, seed } = options;
  if (configuration.behavior.gaitsmith.evaluation_interval > 0) evaluationConditions(behavior);
  const network = networkOf(behavior, configuration.behavior);
  const found = startingPoint(options, network, hooks);
  const saved = found?.checkpoint;
  const curriculum = new Curriculum(configuration.environmentParameters, saved?.curriculum, episodesOf(options, saved));
  for (const warning of curriculum.warnings()) hooks.warn(warning);
  for (const line of curriculum.lines()) hooks.info(line);
  const { threads = Math.min(availableParallelism(), MOST_THREADS), ...computing } = options.engine ?? {};
  const engine = await openEngine({ ...computing, threads, warn: (message) => hooks.warn(message) });
  const settings = settingsAt(configuration.behavior, saved?.progress.step ?? 0);
  const { batch_size } = settings.hyperparameters;
  const learner = await Learner.create(network, batch_size, seed, engine, learnerOptions(settings, behavior));
  let collector: Collector | undefined;
  let divergence: PolicyDivergence | undefined;
  try {
    if (saved) learner.restore(goneOnFrom(saved, configuration.behavior.gaitsmith.normalize_rewards));
    const initial = saved ? undefined : initialise(learner, options, hooks);
    if (configuration.behavior.max_steps === 0 && !saved && !initial) {
      throw new UserError({
        what: 'nothing to train for and nothing to start from',
        where: 'max_steps',
        value: 0,
        mend: 'say what to hand on: --from-shipped, --shipped FOLDER or --initialize-from RUN',
      });
    }
    if (saved && !saved.snapshots && options.environment.kind === 'embedded') {
      hooks.warn(
        'This checkpoint keeps no episodes that could go on here: every agent begins anew, with its first one.',
      );
    }
    collector = await collectorOf(options, curriculum, saved);
    const rewardNormaliser = rewardNormaliserOf(options, saved, initial);
    // A run that has had all its decisions, by the settings that it has now, stays as it is.
    const isFinished = found !== undefined && hasHadAll(found.checkpoint, options);
    if (!isFinished) hooks.begin?.();
    divergence = await PolicyDivergence.prepare(network, engine);
    const parts = { learner, divergence, collector, curriculum, rewardNormaliser, saved, initial };
    const training = new Training(options, hooks, parts);
    const result = await training.run(isFinished ? found.path : undefined);
    await collector.close();
    return { ...result, engine: { backend: engine.backend, use: engine.use } };
  } catch (error) {
    await collector?.abandon();
    throw error;
  } finally {
    await divergence?.release();
    await learner.release();
  }
}

/** Whether a run is known to have had all its decisions by the settings that it has now. */
function hasHadAll({ progress, origin }: Checkpoint, { configuration, origin: now }: TrainOptions): boolean {
  const isBySame = origin !== undefined && origin.configuration === now?.configuration;
  const { max_steps, gaitsmith } = configuration.behavior;
  return isBySame && (progress.step >= max_steps || staysStopped(gaitsmith, progress.stopped));
}

/** The number of the episode that each agent is in; undefined in a live world, where agents come and go. */
function episodesOf(
  { environment, agents }: TrainOptions,
  saved: Checkpoint | undefined,
): readonly number[] | undefined {
  if (saved?.snapshots) return saved.snapshots.map(({ episode }) => episode);
  return environment.kind === 'embedded' ? Array.from({ length: agents }, () => 0) : undefined;
}

async function collectorOf(
  { environment, behavior, configuration, ...options }: TrainOptions,
  curriculum: Curriculum,
  saved: Checkpoint | undefined,
): Promise<Collector> {
  const { agents, workers = availableParallelism(), seed } = options;
  const isStaggered = configuration.behavior.gaitsmith.stagger_episodes && (saved?.progress.iteration ?? 0) === 0;
  const parameters = isStaggered ? staggered(behavior, curriculum.values()) : curriculum.values();
  if (environment.kind === 'embedded') {
    const { module, world } = environment;
    const snapshots = saved?.snapshots;
    return EmbeddedCollector.start({ environment: module, world, agents, workers, seed, parameters, snapshots });
  }
  const collector = new LiveCollector(environment.worlds, seed);
  // A live world began before it was known whose it is, and so in the first lessons.
  if (Object.values(curriculum.lessons()).some((lesson) => lesson > 0)) await collector.setParameters(parameters, true);
  return collector;
}

/** Starts from what another run learnt, where the settings say so. */
function initialise(
  learner: Learner,
  { configuration, checkpointFolder }: TrainOptions,
  hooks: TrainHooks,
): FoundCheckpoint | undefined {
  const { init_path, gaitsmith } = configuration.behavior;
  if (init_path === null) return undefined;
  const warn = (message: string) => hooks.warn(message);
  const initial = initialCheckpoint(init_path, warn);
  const factor = valueFactor(initial.checkpoint, gaitsmith.normalize_rewards);
  learner.restore(takenOver(learner.network, learner, initial, warn, factor));
  hooks.info(`Initializing from ${initial.path}.`);
  hooks.info(`Starting training from step 0 and saving to ${checkpointFolder}.`);
  return initial;
}

/** Goes on where the run stood; a new run takes over what another one knew of its rewards. */
function rewardNormaliserOf(
  { configuration, agents }: TrainOptions,
  saved: Checkpoint | undefined,
  initial: FoundCheckpoint | undefined,
): RewardNormaliser | undefined {
  if (!configuration.behavior.gaitsmith.normalize_rewards) return undefined;
  const known = saved?.rewardNormaliser;
  // Where no episode goes on (in a live world all are gone), no return does.
  if (known && saved?.snapshots) return known;
  return new RewardNormaliser(new Float64Array(agents), (known ?? initial?.checkpoint.rewardNormaliser)?.moments);
}
