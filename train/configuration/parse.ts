/**
 * Reads a configuration in ML-Agents' schema from its text. Whatever is wrong in it is told with the file, the line, the value,
 * what was allowed and the nearest name.
 */
import { nearestName } from '../../base/failure/nearest-name.ts';
import { UserError } from '../../base/failure/user-error.ts';
import {
  type EnvironmentParameters,
  environmentParameters,
  type ParameterCheck,
  parametersOf,
} from './environment-parameters.ts';
import { LocatedYaml, type Path } from './located-yaml.ts';
import { refuseOlderSchemas } from './older-schemas.ts';
import { layOver } from './overrides.ts';
import { type BehaviorSettings, behaviorSchemas, type FileSettings, fileSchema, trainerSchema } from './schema.ts';
import {
  type EngineSettings,
  type EnvironmentSettings,
  engineSettings,
  environmentSettings,
  forUnityOnly,
} from './unity-settings.ts';
import { withoutItsCommandLine } from './written-by-ml-agents.ts';

/** Everything that training needs to know from the configuration. */
export interface Configuration {
  readonly behaviorName: string;
  readonly behavior: BehaviorSettings;
  readonly environmentParameters: EnvironmentParameters;
  /** `env_settings.seed`; -1 where it is to be drawn. */
  readonly seed: number;
}

/**
 * @param text YAML as `mlagents-learn` reads it.
 * @param path what errors call it.
 * @param behaviorName the behaviour that the environment has.
 * @param check what the environment says of a parameter; left out, it says so when it is made.
 * @param note takes what is worth a sentence to whoever named the file.
 * @param overrides "path=value" each, laid over the file: overrides.ts.
 * @throws UserError for what is no YAML, and for any setting that is unknown, wrong or not supported.
 */
export function parseConfiguration(
  text: string,
  path: string,
  behaviorName: string,
  check: ParameterCheck = () => {},
  note?: Note,
  overrides: readonly string[] = [],
): Configuration {
  const source = new LocatedYaml(text, path);
  layOver(source, overrides);
  const file = checkedFile(source, note);
  refuseOtherBehaviors(source, file, behaviorName);
  refuseUnity(source);
  const parameters = environmentParameters(source, file.environment_parameters ?? {}, [behaviorName], check);
  return configurationOf(source, file, behaviorName, parameters);
}

/**
 * The environment parameters of a configuration alone; it may lack all else.
 *
 * @throws UserError as `parseConfiguration` does.
 */
export function parseEnvironmentParameters(
  text: string,
  path: string,
  behaviorName: string,
  check: ParameterCheck,
): EnvironmentParameters {
  const source = new LocatedYaml(text, path);
  const file = checkedFile(source);
  return environmentParameters(source, file.environment_parameters ?? {}, [behaviorName], check);
}

/**
 * The configuration of a training in Unity, whose behaviours are found out only as Unity tells of them.
 *
 * @throws UserError as `parseConfiguration` does.
 */
export function parseUnityConfiguration(
  text: string,
  path: string,
  note?: Note,
  overrides: readonly string[] = [],
): UnityConfiguration {
  const source = new LocatedYaml(text, path);
  layOver(source, overrides);
  const file = checkedFile(source, note);
  const names = Object.keys(file.behaviors);
  if (names.length === 0 && !file.default_settings) {
    throw new UserError({
      what: 'this file has settings for no behaviour',
      where: source.place(['behaviors']),
      expected:
        'a block for each under "behaviors:", by the Behavior Name that it has in Unity, or default_settings for all',
    });
  }
  for (const name of names) behaviorBlock(source, file, name);
  // With default_settings, behaviours may come that the file does not name.
  const known = file.default_settings ? undefined : names;
  const parameters = environmentParameters(source, file.environment_parameters ?? {}, known, () => {});
  return {
    environment: file.env_settings ?? environmentSettings.parse({}),
    engine: file.engine_settings ?? engineSettings.parse({}),
    environmentParameters: parameters,
    behaviors: names,
    of: (behaviorName) => configurationOf(source, file, behaviorName, parametersOf(behaviorName, parameters)),
  };
}

export interface UnityConfiguration {
  readonly environment: EnvironmentSettings;
  readonly engine: EngineSettings;
  /** Of the whole of Unity, whichever behaviour's progress their lessons follow. */
  readonly environmentParameters: EnvironmentParameters;
  /** The behaviours that have settings of their own. */
  readonly behaviors: readonly string[];
  /** @throws UserError for a behaviour that has no settings. */
  of(behaviorName: string): Configuration;
}

/** Takes a sentence. */
export type Note = (sentence: string) => void;

function checkedFile(source: LocatedYaml, note: Note = () => {}): FileSettings {
  refuseOlderSchemas(source.value, (path) => source.place(path));
  const { value, note: sentence } = withoutItsCommandLine(source.value);
  if (sentence) note(sentence);
  return source.check(fileSchema, value, (inside) => inside);
}

function configurationOf(
  source: LocatedYaml,
  file: FileSettings,
  behaviorName: string,
  environmentParameters: EnvironmentParameters,
): Configuration {
  return {
    behaviorName,
    behavior: behaviorBlock(source, file, behaviorName),
    environmentParameters,
    seed: file.env_settings?.seed ?? -1,
  };
}

function refuseUnity(source: LocatedYaml): void {
  for (const { block, setting, what, ...row } of forUnityOnly) {
    const path = [block, setting];
    // As it stands in the file: a default of ours is nobody's wish.
    const value = source.valueAt(path);
    if (value === undefined || value === null || ('harmless' in row && value === row.harmless)) continue;
    throw new UserError({
      what: `${what} is not for the embedded world`,
      where: source.place(path),
      value,
      mend: 'take it out, or train in Unity: --env unity for the Editor, --env PATH for a player',
    });
  }
}

function refuseOtherBehaviors(source: LocatedYaml, file: FileSettings, name: string): void {
  for (const other of Object.keys(file.behaviors)) {
    if (other !== name) {
      const isNear = nearestName(other, [name]) !== undefined;
      throw new UserError({
        what: `unknown behaviour${isNear ? `, did you mean ${JSON.stringify(name)}?` : ''}`,
        where: source.place(['behaviors', other]),
        value: other,
        expected: `${JSON.stringify(name)}, the one behaviour of this environment`,
        mend: isNear
          ? undefined
          : 'to train what is in your own Unity scene: --env unity for the Editor, --env PATH for a built player',
      });
    }
  }
}

/** The behaviour's own block over `default_settings` over the defaults. */
function behaviorBlock(source: LocatedYaml, file: FileSettings, name: string): BehaviorSettings {
  const own = file.behaviors[name];
  if (own === undefined && !file.default_settings) {
    const names = Object.keys(file.behaviors);
    const near = nearestName(name, names);
    throw new UserError({
      what: `the behaviour ${JSON.stringify(name)} has no settings${near ? `, did you mean ${JSON.stringify(near)}?` : ''}`,
      where: source.place(['behaviors']),
      value: names.length > 0 ? names : undefined,
      expected: `a block "${name}:" under "behaviors:"`,
      mend: near
        ? `write ${name} instead of ${near} here, or ${near} as the Behavior Name in Unity: capitals count`
        : undefined,
    });
  }
  const merged = deepMerge(file.default_settings ?? {}, own ?? {});
  // A value that the behaviour doesn't set itself came from default_settings: that's the line to name.
  const toFile = (inside: Path): Path => {
    // What is missing is told at the nearest thing around it.
    for (let length = inside.length; length > 0; length--) {
      const around = inside.slice(0, length);
      if (source.has(['behaviors', name, ...around])) return ['behaviors', name, ...inside];
      if (source.has(['default_settings', ...around])) return ['default_settings', ...inside];
    }
    return ['behaviors', name, ...inside];
  };
  const { trainer_type } = source.check(trainerSchema, merged, toFile);
  return source.check(behaviorSchemas[trainer_type], merged, toFile);
}

function deepMerge(base: object, over: object): object {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isRecord(below) && isRecord(value) ? deepMerge(below, value) : value;
  }
  return merged;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
