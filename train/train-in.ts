/**
 * Proximal policy optimisation, wherever it runs: opens what a training consists of, lets it go on from iteration to iteration
 * (training.ts), and frees all of it again.
 */
import { UserError } from '../base/failure/user-error.ts';
import type { Collector } from './collect/collecting.ts';
import { staggered } from './collect/stagger.ts';
import { settingsAt } from './configuration/phases.ts';
import { Curriculum } from './judge/curriculum.ts';
import { staysStopped } from './judge/stopping.ts';
import { evaluationConditions } from './judge/trials.ts';
import type { FoundCheckpoint } from './keep/checkpoint-folder.ts';
import type { Checkpoint } from './keep/checkpoint-tensors.ts';
import { goneOnFrom, takenOver, valueFactor } from './keep/taken-over.ts';
import { Learner } from './learn/learner.ts';
import { learnerOptions, networkOf } from './learn/learner-options.ts';
import { PolicyDivergence } from './learn/policy-divergence.ts';
import { RewardNormaliser } from './learn/reward-normaliser.ts';
import type { InitialCheckpoint, Surroundings } from './surroundings.ts';
import type { LearningOptions, TrainHooks, TrainResult } from './train-options.ts';
import { Training } from './training.ts';

/**
 * Iterations from where the run stands to max_steps, or until it is asked to stop; ends with a checkpoint.
 *
 * @throws UserError as `train` does, and whatever the surroundings do.
 */
export async function trainIn(
  surroundings: Surroundings,
  options: LearningOptions,
  hooks: TrainHooks,
): Promise<TrainResult> {
  const { configuration, behavior, seed } = options;
  if (configuration.behavior.gaitsmith.evaluation_interval > 0) evaluationConditions(behavior);
  const network = networkOf(behavior, configuration.behavior);
  const found = surroundings.found(network);
  const saved = found?.checkpoint;
  const { goesOnWithEpisodes, openPolicy } = surroundings;
  const episodes = episodesOf(options, saved, goesOnWithEpisodes);
  const curriculum = new Curriculum(configuration.environmentParameters, saved?.curriculum, episodes);
  for (const warning of curriculum.warnings()) hooks.warn(warning);
  for (const line of curriculum.lines()) hooks.info(line);
  const engine = await surroundings.openEngine();
  const settings = settingsAt(configuration.behavior, saved?.progress.step ?? 0);
  const { batch_size } = settings.hyperparameters;
  const learner = await Learner.create(network, batch_size, seed, engine, learnerOptions(settings, behavior));
  let collector: Collector | undefined;
  let divergence: PolicyDivergence | undefined;
  try {
    if (saved) learner.restore(goneOnFrom(saved, configuration.behavior.gaitsmith.normalize_rewards));
    const initial = saved ? undefined : surroundings.initial();
    if (initial) takeOver(initial, learner, options, surroundings.keptAt, hooks);
    if (configuration.behavior.max_steps === 0 && !saved && !initial) {
      throw new UserError({
        what: 'nothing to train for and nothing to start from',
        where: 'max_steps',
        value: 0,
        mend: 'say what to hand on: --from-shipped, --shipped FOLDER or --initialize-from RUN',
      });
    }
    if (saved && !saved.snapshots && goesOnWithEpisodes) {
      hooks.warn(
        'This checkpoint keeps no episodes that could go on here: every agent begins anew, with its first one.',
      );
    }
    collector = await openCollector(surroundings, options, curriculum, saved);
    const rewardNormaliser = rewardNormaliserOf(options, saved, initial);
    // A run that has had all its decisions, by the settings that it has now, stays as it is.
    const isFinished = found !== undefined && hasHadAll(found.checkpoint, options);
    if (!isFinished) hooks.begin?.();
    divergence = await PolicyDivergence.prepare(network, engine);
    const keeper = surroundings.keeper(saved);
    const parts = { learner, divergence, collector, openPolicy, curriculum, rewardNormaliser, keeper, saved, initial };
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
function hasHadAll({ progress, origin }: Checkpoint, { configuration, origin: now }: LearningOptions): boolean {
  const isBySame = origin !== undefined && origin.configuration === now?.configuration;
  const { max_steps, gaitsmith } = configuration.behavior;
  return (
    isBySame && !progress.isEvaluationDue && (progress.step >= max_steps || staysStopped(gaitsmith, progress.stopped))
  );
}

/** The number of the episode that each agent is in; undefined in a live world, where agents come and go. */
function episodesOf(
  { agents }: LearningOptions,
  saved: Checkpoint | undefined,
  goesOnWithEpisodes: boolean,
): readonly number[] | undefined {
  if (saved?.snapshots) return saved.snapshots.map(({ episode }) => episode);
  return goesOnWithEpisodes ? Array.from({ length: agents }, () => 0) : undefined;
}

function openCollector(
  surroundings: Surroundings,
  { behavior, configuration }: LearningOptions,
  curriculum: Curriculum,
  saved: Checkpoint | undefined,
): Promise<Collector> {
  const isStaggered = configuration.behavior.gaitsmith.stagger_episodes && (saved?.progress.iteration ?? 0) === 0;
  const parameters = isStaggered ? staggered(behavior, curriculum.values()) : curriculum.values();
  const isLater = Object.values(curriculum.lessons()).some((lesson) => lesson > 0);
  return surroundings.openCollector(parameters, saved, isLater);
}

/** Starts from what another run learnt. */
function takeOver(
  initial: InitialCheckpoint,
  learner: Learner,
  { configuration }: LearningOptions,
  keptAt: string,
  hooks: TrainHooks,
): void {
  const warn = (message: string) => hooks.warn(message);
  const factor = valueFactor(initial.checkpoint, configuration.behavior.gaitsmith.normalize_rewards);
  learner.restore(takenOver(learner.network, learner, initial, warn, factor));
  hooks.info(`Initializing from ${initial.path}.`);
  hooks.info(`Starting training from step 0 and saving to ${keptAt}.`);
}

/** Goes on where the run stood; a new run takes over what another one knew of its rewards. */
function rewardNormaliserOf(
  { configuration, agents }: LearningOptions,
  saved: Checkpoint | undefined,
  initial: FoundCheckpoint | undefined,
): RewardNormaliser | undefined {
  if (!configuration.behavior.gaitsmith.normalize_rewards) return undefined;
  const known = saved?.rewardNormaliser;
  // Where no episode goes on (in a live world all are gone), no return does.
  if (known && saved?.snapshots) return known;
  return new RewardNormaliser(new Float64Array(agents), (known ?? initial?.checkpoint.rewardNormaliser)?.moments);
}
