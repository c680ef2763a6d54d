/** Reads a sweep file, and finds out before the first training whether everything in it can be done. */
import { existsSync } from 'node:fs';
import { UserError } from '../base/failure/user-error.ts';
import { givenOrOwnFile } from '../base/files/own-files.ts';
import type { Json } from '../base/json.ts';
import { LocatedYaml } from '../train/configuration/located-yaml.ts';
import { readText } from '../train/configuration/read-text.ts';
import { extremesOf, listOf } from './domains.ts';
import { allCombinations } from './plan/candidates.ts';
import type { Values } from './plan/plan.ts';
import { evaluationInterval } from './plan/planners.ts';
import { type Domain, kindSchema, type Sweep, sweepSchemas } from './schema.ts';
import { type BaseFile, insideBehavior, phaseThatSets, toldValues, trialConfiguration } from './settings.ts';
import type { SweptWorld } from './world.ts';

export interface ReadSweep {
  /** As it was named. */
  readonly path: string;
  readonly sweep: Sweep;
  readonly base: BaseFile;
  readonly isValid: (values: Values) => boolean;
  /** Sentences that whoever starts it should hear. */
  readonly warnings: readonly string[];
}

/** What a sweep itself decides, and what it says of it. */
const reserved: Readonly<Record<string, string>> = {
  max_steps: 'the sweep says how long a training is: decisions',
  keep_checkpoints: 'a sweep keeps what it needs',
  'gaitsmith.character': 'all trainings of a sweep are of one character, which the configuration or set names',
  'env_settings.seed': 'the seeds of trainings are 1, 2, ..., as many as seeds says',
  'gaitsmith.evaluation_interval': 'the sweep says when trainings are judged: by looks, rungs or generations',
  'gaitsmith.evaluation_episodes': 'trials have to be judged by the same episodes: evaluation_episodes says how many',
  'gaitsmith.stop_at_reward': "who stops is the sweep's to say",
  'gaitsmith.stop_on_plateau': "who stops is the sweep's to say",
};

/** What can't change while a training goes on: what a checkpoint is made of, and what only the beginning asks for. */
const FIXED_IN_TRAINING =
  /^(network_settings\.(?!deterministic)|hyperparameters\.shared_critic|trainer_type|init_path|gaitsmith\.(agents|world|symmetric|activation|layer_norm|initial_\w+|stagger_episodes|phases)($|\.))/;

/**
 * @param path the sweep file.
 * @throws UserError for a file that is missing or says what can't be done, with its line.
 */
export function readSweep(path: string, world: SweptWorld): ReadSweep {
  const { sweep, base, at } = opened(path);
  const build = (values: Values) => trialConfiguration(base, sweep, [{ from: 0, values }], world);
  checkSet(() => build({}), sweep, at);
  const combinations = sweep.kind === 'grid' ? checkGrid(sweep.settings, at) : [];
  for (const [name, domain] of Object.entries(sweep.settings)) checkSetting(name, domain, { sweep, build, at });
  for (const values of combinations) {
    told(() => build(values), at('settings'), toldValues(values));
  }
  checkLengths(sweep, build, combinations, at);
  const isValid = (values: Values) => {
    try {
      return rowsOf(build(values).behavior) <= evaluationInterval(sweep);
    } catch (error) {
      if (error instanceof UserError) return false;
      throw error;
    }
  };
  return { path, sweep, base, isValid, warnings: warningsOf(sweep, build) };
}

/**
 * The world of whom the sweep's configuration trains.
 *
 * @param worldOf finds it for a configuration with what is laid over that.
 * @throws UserError as `readSweep` does.
 */
export async function sweptWorldOf(
  path: string,
  worldOf: (file: string, set: readonly string[]) => Promise<SweptWorld>,
): Promise<SweptWorld> {
  const { sweep, base, at } = opened(path);
  try {
    return await worldOf(base.path, sweep.set);
  } catch (error) {
    throw atItsLine(error, sweep, at);
  }
}

function opened(path: string) {
  if (!existsSync(path)) {
    throw new UserError({
      what: 'there is no such sweep file',
      where: path,
      mend: 'see docs/sweep.md for one to begin with',
    });
  }
  const source = new LocatedYaml(readText(path), path);
  const sweep = checked(source);
  const at: At = (...inside) => source.place(inside);
  return { sweep, base: baseOf(sweep, source), at };
}

type Build = (values: Values) => ReturnType<typeof trialConfiguration>;
type At = (...inside: PropertyKey[]) => string;

function checked(source: LocatedYaml): Sweep {
  const value = source.value as Readonly<Record<string, unknown>>;
  const { kind } = source.check(kindSchema, value, (inside) => inside);
  return source.check(sweepSchemas[kind] as (typeof sweepSchemas)['grid'], value, (inside) => inside) as Sweep;
}

function baseOf({ config }: Sweep, source: LocatedYaml): BaseFile {
  const path = givenOrOwnFile(config);
  if (!existsSync(path)) {
    throw new UserError({
      what: 'there is no such configuration file',
      where: source.place(['config']),
      value: config,
      mend: 'name a file of yours, from the folder that you stand in, or one of ours such as config/walker-quick.yaml',
    });
  }
  return { path, text: readText(path) };
}

/** What is wrong with a line of `set` is told as that. */
function checkSet(build: () => unknown, sweep: Sweep, at: At): void {
  try {
    build();
  } catch (error) {
    throw atItsLine(error, sweep, at);
  }
}

function atItsLine(error: unknown, { set }: Sweep, at: At): unknown {
  if (!(error instanceof UserError)) return error;
  const index = set.findIndex(
    (line) =>
      error.problem.where?.startsWith('--set') &&
      [error.problem.where.includes(line), error.problem.value === line].some(Boolean),
  );
  return index < 0 ? error : new UserError({ ...error.problem, where: at('set', index) }, { cause: error });
}

function checkSetting(
  name: string,
  domain: Domain,
  { sweep, build, at }: { readonly sweep: Sweep; readonly build: Build; readonly at: At },
): void {
  const where = at('settings', name);
  const inside = insideBehavior(name);
  const own = reserved[inside];
  if (own) throw new UserError({ what: `this setting is not for a sweep to try: ${own}`, where, mend: 'take it out' });
  if (sweep.kind === 'pbt' && FIXED_IN_TRAINING.test(inside)) {
    throw new UserError({
      what: 'a population changes settings while trainings go on, and this one can not change then',
      where,
      mend: 'take it out, or try it by another kind: grid, random or halving',
    });
  }
  for (const value of extremesOf(domain)) told(() => build({ [name]: value }), where, value, name);
  if (sweep.kind === 'pbt') refusePhases(name, build({}), where);
}

/** A phase of the file that sets it would undo what the population has found. */
function refusePhases(name: string, { behavior }: ReturnType<Build>, where: string): void {
  const phase = phaseThatSets(name, behavior.gaitsmith.phases);
  if (!phase) return;
  throw new UserError({
    what: `the configuration sets it too, in a phase from ${phase.from_step} decisions on`,
    where,
    mend: 'take the phases out for the sweep: set: [gaitsmith.phases=null]',
  });
}

/** @returns all combinations. */
function checkGrid(settings: Sweep['settings'], at: At): Values[] {
  for (const [name, domain] of Object.entries(settings)) {
    if (listOf(domain)) continue;
    throw new UserError({
      what: 'a grid needs the values themselves',
      where: at('settings', name),
      value: domain,
      expected: 'a list of values',
      mend: 'list some, or draw from the range: kind: random',
    });
  }
  const count = Object.values(settings).reduce((product, domain) => product * listOf(domain)!.length, 1);
  if (count > 10_000) {
    throw new UserError({
      what: `this grid has ${count} combinations`,
      where: at('settings'),
      expected: '10,000 at most',
      mend: 'list fewer values, or draw some of them: kind: random',
    });
  }
  return allCombinations(settings);
}

/** Each stretch has to have an update in it at least, or nothing new would be judged. */
function checkLengths(sweep: Sweep, build: Build, combinations: readonly Values[], at: At): void {
  const interval = evaluationInterval(sweep);
  const rows = Math.max(...[{}, ...combinations].map((values) => rowsOf(build(values).behavior)));
  if (interval >= rows) return;
  throw new UserError({
    what: `trainings would be judged every ${interval} decisions, and an update alone takes ${rows}`,
    where: at('decisions'),
    value: sweep.decisions,
    mend: 'give them more decisions, judge them less often (looks, rungs, generations), or set a smaller buffer_size',
  });
}

/** Decisions of one iteration, of the longest phase. */
function rowsOf({ hyperparameters, gaitsmith }: ReturnType<Build>['behavior']): number {
  const { agents, phases } = gaitsmith;
  const buffers = [hyperparameters.buffer_size, ...(phases ?? []).map(({ buffer_size = 0 }) => buffer_size)];
  return agents * Math.ceil(Math.max(...buffers) / agents);
}

function warningsOf(sweep: Sweep, build: Build): string[] {
  const names = Object.keys(sweep.settings);
  const { behavior } = build({});
  const later = names.filter((name) => phaseThatSets(name, behavior.gaitsmith.phases));
  const judged = names.filter(
    (name) =>
      name.startsWith('environment_parameters.') &&
      extremesOf(sweep.settings[name]!).some((value) => typeof value === 'number'),
  );
  return [
    ...later.map((name) => `${name}: a phase of the configuration sets it as well; what is tried holds until then.`),
    ...judged.map(
      (name) =>
        `${name}: a plain number counts in held-out episodes too, so candidates are judged in worlds that differ by it.`,
    ),
  ];
}

/** What a build refuses, told at the sweep file's line. @param name the setting that is tried, where it is one. */
function told(build: () => unknown, where: string, value: Json, name?: string): void {
  try {
    build();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { what, expected, mend } = error.problem;
    const typo = name !== undefined && what.startsWith('unknown setting') ? name : value;
    throw new UserError({ what, where, value: typo, expected, mend }, { cause: error });
  }
}
