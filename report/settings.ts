/** A run's settings next to the defaults. */
import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../base/failure/user-error.ts';
import { type Configuration, parseConfiguration, readUnityConfiguration } from '../train/configuration/read.ts';

export interface Setting {
  /** "hyperparameters.batch_size". */
  readonly name: string;
  readonly value: string;
  /** Undefined where there is none: a setting that the defaults do not have. */
  readonly usual: string | undefined;
  readonly differs: boolean;
}

export interface ReadSettings {
  /** The file as it stands. */
  readonly text: string;
  /** Of the first behaviour that it has settings for; none where it can't be understood any more. */
  readonly settings: readonly Setting[];
  /** Why not. */
  readonly problem?: string;
}

/** Settings that are no choice: where the run began. */
const PLAIN = ['init_path'];

/** @param path of the file, whose text was read already. */
export function readSettings(text: string, path: string): ReadSettings {
  try {
    const configuration = readUnityConfiguration(path);
    const own = configuration.of(configuration.behaviors[0] ?? '');
    return { text, settings: comparedWith(defaultsOf(own), own) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { text, settings: [], problem: error.message };
  }
}

/** What ML-Agents' and our schema say where a file says nothing but the trainer. */
function defaultsOf({ behaviorName, behavior: { trainer_type } }: Configuration): Configuration {
  const file = { behaviors: { [behaviorName]: { trainer_type } } };
  // JSON is YAML.
  return parseConfiguration(JSON.stringify(file), 'the defaults', behaviorName);
}

function comparedWith(usual: Configuration, own: Configuration): Setting[] {
  const before = flat({ ...usual.behavior, environment_parameters: usual.environmentParameters });
  const now = flat({ ...own.behavior, environment_parameters: own.environmentParameters });
  const all = [...new Set([...Object.keys(now), ...Object.keys(before)])];
  // A block that is null in one of the two: its settings are told, one by one.
  const names = all.filter((name) => !all.some((other) => other.startsWith(`${name}.`)));
  return names.map((name) => ({
    name,
    value: textOf(now[name]),
    usual: name in before ? textOf(before[name]) : undefined,
    differs: !PLAIN.includes(name) && !isDeepStrictEqual(now[name], before[name]),
  }));
}

/** `{ a: { b: 1 } }` -> `{ 'a.b': 1 }`; lists stay as they are. */
function flat(value: object, prefix = ''): Record<string, unknown> {
  return Object.assign(
    {},
    ...Object.entries(value).map(([key, each]) => {
      const name = prefix + key;
      const isBlock = typeof each === 'object' && each !== null && !Array.isArray(each);
      return isBlock ? flat(each, `${name}.`) : { [name]: each };
    }),
  );
}

function textOf(value: unknown): string {
  if (value === undefined) return '-';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
