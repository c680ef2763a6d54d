/**
 * The configuration of a trial: what the file says, what the sweep sets for all, and the values that are tried, laid over it as
 * `--set` does.
 *
 * A population changes settings as it goes. Those that a phase can hold (`gaitsmith.phases`) become phases of one configuration,
 * from the beginning to the leg's end, so that the winner's configuration, trained by itself from nothing, comes to the winner's
 * weights. Others stand as they are at the end.
 */

import { deepEqual } from '../base/deep-equal.ts';
import type { Json } from '../base/json.ts';
import { lessonsTogether } from '../train/configuration/environment-parameters.ts';
import type { Phase } from '../train/configuration/gaitsmith-settings.ts';
import { type Configuration, type Note, parseConfiguration } from '../train/configuration/parse.ts';
import type { BehaviorSettings } from '../train/configuration/schema.ts';
import type { Stage, Values } from './plan/plan.ts';
import { evaluationInterval } from './plan/planners.ts';
import type { Sweep } from './schema.ts';
import type { SweptWorld } from './world.ts';

/** The configuration file, as it was read. */
export interface BaseFile {
  /** As it was named, and as errors call it. */
  readonly path: string;
  readonly text: string;
}

/** What a phase calls a setting, by the setting's path in a behaviour. */
const phased: Readonly<Record<string, string>> = {
  'hyperparameters.batch_size': 'batch_size',
  'hyperparameters.buffer_size': 'buffer_size',
  'hyperparameters.learning_rate': 'learning_rate',
  'hyperparameters.beta': 'beta',
  'hyperparameters.epsilon': 'epsilon',
  'hyperparameters.num_epoch': 'num_epoch',
  'reward_signals.extrinsic.gamma': 'gamma',
  'gaitsmith.min_log_deviation': 'min_log_deviation',
  'gaitsmith.max_log_deviation': 'max_log_deviation',
  'gaitsmith.adaptive_learning_rate': 'adaptive_learning_rate',
  'gaitsmith.average_updates': 'average_updates',
};

/** Under which name a phase may change it; undefined where none may. */
export function phaseNameOf(path: string): string | undefined {
  return phased[insideBehavior(path)];
}

/** The first phase that changes it too; undefined where none does. */
export function phaseThatSets(path: string, phases: readonly Phase[] | null): Phase | undefined {
  const name = phaseNameOf(path);
  return name === undefined ? undefined : phases?.find((phase) => name in phase);
}

/** A path as it is meant inside the behaviour. */
export function insideBehavior(path: string): string {
  return path.replace(/^(behaviors\.[^.]+|default_settings)\./, '');
}

/**
 * @param stages what was tried, and from when on.
 * @throws UserError where the configuration does not take it.
 */
export function trialConfiguration(
  file: BaseFile,
  sweep: Sweep,
  stages: readonly Stage[],
  world: SweptWorld,
  note?: Note,
): Configuration {
  const first = stages[0]?.values ?? {};
  const last = stages.at(-1)?.values ?? {};
  // A setting that a phase can't change stands as it is now; one that it can, as it was at first.
  const plain = Object.keys(last).map((path) => setting(path, (phaseNameOf(path) ? first : last)[path]!));
  const begun = parsed(file, [...forAll(sweep), ...plain], world, note);
  const phases = withStages(begun.behavior.gaitsmith.phases ?? [], stages);
  const sets = stages.length > 1 ? [setting('gaitsmith.phases', phases as unknown as Json)] : [];
  const configuration = sets.length === 0 ? begun : parsed(file, [...forAll(sweep), ...plain, ...sets], world);
  for (const values of lessonsTogether(configuration.environmentParameters)) world.checkParameters?.(values);
  const { behavior } = configuration;
  const { gaitsmith } = behavior;
  const named = { ...gaitsmith, world: world.worldNamed(gaitsmith.world ?? undefined) };
  return { ...configuration, behavior: { ...behavior, gaitsmith: named } as BehaviorSettings };
}

/** What a sweep sets for all its trials, the file's own words first. */
function forAll(sweep: Sweep): string[] {
  const episodes = sweep.evaluation_episodes;
  return [
    ...sweep.set,
    setting('max_steps', sweep.decisions),
    setting('gaitsmith.evaluation_interval', evaluationInterval(sweep)),
    ...(episodes === undefined ? [] : [setting('gaitsmith.evaluation_episodes', episodes)]),
    // Who stops is the sweep's to say, or trials would be judged after more or fewer decisions than others.
    setting('gaitsmith.stop_at_reward', null),
    setting('gaitsmith.stop_on_plateau', null),
    setting('keep_checkpoints', 2),
  ];
}

function parsed({ path, text }: BaseFile, sets: readonly string[], world: SweptWorld, note?: Note): Configuration {
  return parseConfiguration(text, path, world.behavior.name, world.checkParameter, note, sets);
}

/** Phases with those of the later stages among them. */
function withStages(phases: readonly Phase[], stages: readonly Stage[]): Phase[] {
  const changes = stages.slice(1).flatMap(({ from, values }, index): Phase[] => {
    const before = stages[index]!.values;
    const changed = Object.entries(values).filter(
      ([path, value]) => phaseNameOf(path) && !deepEqual(value, before[path]),
    );
    if (changed.length === 0) return [];
    return [{ from_step: from, ...Object.fromEntries(changed.map(([path, value]) => [phaseNameOf(path)!, value])) }];
  });
  const steps = [...new Set([...phases, ...changes].map(({ from_step }) => from_step))].sort((a, b) => a - b);
  const at = (all: readonly Phase[], step: number) => all.find(({ from_step }) => from_step === step);
  return steps.map((step) => ({ from_step: step, ...at(phases, step), ...at(changes, step) }));
}

/** "path=value", as `--set` takes it: JSON is YAML. */
function setting(path: string, value: Json): string {
  return `${path}=${JSON.stringify(value)}`;
}

/** "learning_rate 0.0003, num_epoch 4": by the last part of each path, or all of it where two end alike. */
export function toldValues(values: Values): string {
  const paths = Object.keys(values);
  return paths.map((path) => `${shortName(path, paths)} ${JSON.stringify(values[path])}`).join(', ');
}

/** The last part of a path; all of it where another path ends alike. */
export function shortName(path: string, paths: readonly string[]): string {
  const end = (each: string) => each.split('.').at(-1)!;
  return paths.filter((other) => end(other) === end(path)).length > 1 ? path : end(path);
}
