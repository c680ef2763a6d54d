/**
 * Reads a configuration file in ML-Agents' schema. Whatever is wrong in it is told with the file, the line, the value,
 * what was allowed and the nearest name.
 */
import { readFileSync } from 'node:fs';
import { isNode, LineCounter, parseDocument, type ScalarTag } from 'yaml';
import type { z } from 'zod';
import { nearestName } from '../../base/failure/nearest-name.ts';
import { UserError } from '../../base/failure/user-error.ts';
import {
  type EnvironmentParameters,
  environmentParameters,
  type ParameterCheck,
  parametersOf,
} from './environment-parameters.ts';
import { type BehaviorSettings, behaviorSchemas, type FileSettings, fileSchema, trainerSchema } from './schema.ts';
import {
  type EngineSettings,
  type EnvironmentSettings,
  engineSettings,
  environmentSettings,
  forUnityOnly,
} from './unity-settings.ts';

/** Everything that training needs to know from the configuration. */
export interface Configuration {
  readonly behaviorName: string;
  readonly behavior: BehaviorSettings;
  readonly environmentParameters: EnvironmentParameters;
  /** `env_settings.seed`; -1 where it is to be drawn. */
  readonly seed: number;
}

/**
 * @param path a YAML file as `mlagents-learn` reads it.
 * @param behaviorName the behaviour that the environment has.
 * @param check what the environment says of a parameter; left out, it says so when it is made.
 * @throws UserError for a file that is missing or no YAML, and for any setting that is unknown, wrong or not supported.
 */
export function readConfiguration(path: string, behaviorName: string, check?: ParameterCheck): Configuration {
  return parseConfiguration(readText(path), path, behaviorName, check);
}

/**
 * The environment parameters of a configuration file alone; it may lack all else.
 *
 * @throws UserError as `readConfiguration` does.
 */
export function readEnvironmentParameters(
  path: string,
  behaviorName: string,
  check: ParameterCheck,
): EnvironmentParameters {
  const source = new LocatedYaml(readText(path), path);
  const file = source.check(fileSchema, source.value, (inside) => inside);
  return environmentParameters(source, file.environment_parameters ?? {}, [behaviorName], check);
}

/** As `readConfiguration`, from the text itself; `path` is what errors call it. */
export function parseConfiguration(
  text: string,
  path: string,
  behaviorName: string,
  check: ParameterCheck = () => {},
): Configuration {
  const source = new LocatedYaml(text, path);
  const file = source.check(fileSchema, source.value, (inside) => inside);
  refuseOtherBehaviors(source, file, behaviorName);
  refuseUnity(source);
  const parameters = environmentParameters(source, file.environment_parameters ?? {}, [behaviorName], check);
  return configurationOf(source, file, behaviorName, parameters);
}

/**
 * The configuration of a training in Unity, whose behaviours are found out only as Unity tells of them.
 *
 * @throws UserError as `readConfiguration` does.
 */
export function readUnityConfiguration(path: string): UnityConfiguration {
  const source = new LocatedYaml(readText(path), path);
  const file = source.check(fileSchema, source.value, (inside) => inside);
  const names = Object.keys(file.behaviors);
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

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new UserError(
      {
        what: missing ? 'there is no such configuration file' : 'the configuration file cannot be read',
        where: path,
        mend: 'name one with --config, such as --config config/walker.yaml',
      },
      { cause: error },
    );
  }
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
      throw new UserError({
        what: `unknown behaviour${nearestName(other, [name]) ? `, did you mean ${JSON.stringify(name)}?` : ''}`,
        where: source.place(['behaviors', other]),
        value: other,
        expected: `${JSON.stringify(name)}, the one behaviour of this environment`,
      });
    }
  }
}

/** The behaviour's own block over `default_settings` over the defaults. */
function behaviorBlock(source: LocatedYaml, file: FileSettings, name: string): BehaviorSettings {
  const own = file.behaviors[name];
  if (own === undefined && !file.default_settings) {
    throw new UserError({
      what: `the behaviour ${JSON.stringify(name)} has no settings`,
      where: source.place(['behaviors']),
      expected: `a block "${name}:" under "behaviors:"`,
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

type Path = readonly PropertyKey[];

/** 1_000_000: a number to YAML 1.1, and so to ML-Agents' reader. */
export const groupedNumber: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?[1-9][0-9_]*$/,
  resolve: (text) => Number(text.replaceAll('_', '')),
};

/** A YAML text whose values can be traced back to their lines. */
class LocatedYaml {
  readonly value: unknown;
  readonly #document;
  readonly #lines = new LineCounter();
  readonly #path: string;

  constructor(text: string, path: string) {
    this.#path = path;
    this.#document = parseDocument(text, { lineCounter: this.#lines, customTags: [groupedNumber] });
    const problem = this.#document.errors[0];
    if (problem) {
      const line = problem.linePos?.[0].line;
      throw new UserError(
        { what: `not valid YAML: ${problem.message.split('\n')[0]}`, where: line ? `${path}:${line}` : path },
        { cause: problem },
      );
    }
    try {
      this.value = this.#document.toJS() ?? {};
    } catch (error) {
      // An alias without an anchor, or more of them than a file can mean.
      throw new UserError({ what: `not valid YAML: ${(error as Error).message}`, where: path }, { cause: error });
    }
  }

  /** What stands at a place of the file, as plain values; undefined where nothing does. */
  valueAt(path: Path): unknown {
    return path.reduce<unknown>((inside, key) => (inside as Record<PropertyKey, unknown> | null)?.[key], this.value);
  }

  has(path: Path): boolean {
    return this.#document.hasIn(path);
  }

  /** "file:line (the.setting)" of a value, or of the nearest thing around it. */
  place(path: Path): string {
    const setting = path.join('.');
    for (let length = path.length; length > 0; length--) {
      const line = this.#lineOf(path.slice(0, length));
      if (line) return `${this.#path}:${line} (${setting})`;
    }
    return setting ? `${this.#path} (${setting})` : this.#path;
  }

  #lineOf(path: Path): number | undefined {
    const parent = this.#document.getIn(path.slice(0, -1), true) as { items?: unknown[] } | undefined;
    const pair = parent?.items?.find((item) => {
      const key = (item as { key?: { value?: unknown } }).key;
      return key?.value === path.at(-1);
    }) as { key?: unknown } | undefined;
    const node = pair?.key ?? this.#document.getIn(path, true);
    return isNode(node) && node.range ? this.#lines.linePos(node.range[0]).line : undefined;
  }

  /** Validates; `toFile` says where in the file a path inside `value` comes from. */
  check<Schema extends z.ZodType>(schema: Schema, value: unknown, toFile: (inside: Path) => Path): z.output<Schema> {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    // A misspelt setting is told before the one that seems to be missing for it.
    const { issues } = result.error;
    const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!;
    throw new UserError(this.#told(issue, schema, value, toFile));
  }

  #told(issue: z.core.$ZodIssue, schema: z.ZodType, value: unknown, toFile: (inside: Path) => Path) {
    if (issue.code === 'unrecognized_keys') {
      const key = issue.keys[0]!;
      const known = knownKeys(schema, issue.path);
      const nearest = nearestName(key, known);
      return {
        what: `unknown setting${nearest ? `, did you mean ${JSON.stringify(nearest)}?` : ''}`,
        where: this.place(toFile([...issue.path, key])),
        value: key,
        expected: `one of ${known.join(', ')}`,
      };
    }
    const found = issue.path.reduce<unknown>((inside, key) => (inside as Record<PropertyKey, unknown>)?.[key], value);
    const nearest =
      issue.code === 'invalid_value' && typeof found === 'string'
        ? nearestName(found, issue.values.map(String))
        : undefined;
    if (found === undefined && issue.code !== 'custom') {
      return { what: 'a setting is missing', where: this.place(toFile(issue.path)), expected: allowed(issue) };
    }
    return {
      what: issue.code === 'custom' ? issue.message : `wrong value${nearest ? `, did you mean "${nearest}"?` : ''}`,
      where: this.place(toFile(issue.path)),
      value: found,
      expected: issue.code === 'custom' ? undefined : allowed(issue),
    };
  }
}

/** What a zod issue says was allowed, in words. */
function allowed(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return (
        {
          int: 'a whole number',
          number: 'a number',
          boolean: 'true or false',
          object: 'a block of settings',
          record: 'a block of settings',
          array: 'a list',
        }[issue.expected as string] ?? `a ${issue.expected}`
      );
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `a number ${issue.inclusive ? 'of at least' : 'above'} ${issue.minimum}`;
    case 'too_big':
      return `a number ${issue.inclusive ? 'of at most' : 'below'} ${issue.maximum}`;
    default:
      return issue.message;
  }
}

/** The settings that the schema has in the block at `path`. */
function knownKeys(schema: z.ZodType, path: Path): string[] {
  let inner: unknown = schema;
  for (const key of path)
    inner = typeof key === 'number' ? unwrapped(inner)?.element : unwrapped(inner)?.shape?.[String(key)];
  return Object.keys(unwrapped(inner)?.shape ?? {});
}

interface Block {
  /** What an object has, */
  readonly shape?: Record<string, unknown>;
  /** or what each item of a list is. */
  readonly element?: unknown;
}

/** An object's or a list's schema, under whatever default or nullable it is wrapped in. */
function unwrapped(schema: unknown): Block | undefined {
  let inner = schema as (Block & { readonly def?: { readonly innerType?: unknown } }) | undefined;
  while (inner && !inner.shape && !inner.element) inner = inner.def?.innerType as typeof inner;
  return inner;
}
