/**
 * The project's physics settings as a table, against those of the training.
 *
 * A scene of ML-Agents' examples sets what counts itself: its `ProjectSettingsOverrides` takes the place of the project's
 * settings when it wakes, and is written instead of them.
 */
import { type Assets, isActive, scriptOf, type UnityObject } from '../../unity-assets/assets.ts';
import { type Mapping, numberAt, textAt, valueAt } from '../../unity-assets/values.ts';
import type { Behavior } from '../behavior-parameters.ts';
import { isSetUpByScript } from './agent-drift.ts';
import { type Drift, drift, isSame, shown } from './drift.ts';
import type { TrainedPhysics } from './trained-physics.ts';

export const DYNAMICS = 'ProjectSettings/DynamicsManager.asset';
export const TIME = 'ProjectSettings/TimeManager.asset';
const PHYSICS_MANAGER = 55;
const TIME_MANAGER = 5;

/** GUID of that script. */
const SETTINGS_OVERRIDES = 'ec51f47c5ed0478080c449c74fd9c154';

/** What a setting has to be told of: the files' values, undefined where a file is missing. */
interface Settings {
  readonly [DYNAMICS]: Mapping | undefined;
  readonly [TIME]: Mapping | undefined;
}

interface SettingRow {
  readonly what: string;
  readonly unit: string;
  readonly file: typeof DYNAMICS | typeof TIME;
  /** What Unity takes where the file does not say. */
  readonly byDefault: number;
  readonly wanted: (trained: TrainedPhysics) => number;
  readonly read: (values: Mapping | undefined) => number | undefined;
  /** Property and text that make it so. */
  readonly written: ((values: Mapping, wanted: number) => readonly [property: string, text: string]) | undefined;
  readonly whyNot?: string;
  /** The field of ProjectSettingsOverrides, which may hold the number in terms of the project's. */
  readonly override?: { readonly field: string; readonly times?: 'the setting' };
  readonly words?: readonly string[];
}

const plainly = (property: string) => ({
  read: (values: Mapping | undefined) => numberAt(values, property),
  written: (_: Mapping, wanted: number) => [property, shown(wanted)] as const,
});

const TIMESTEP = 'Fixed Timestep';

const SETTINGS: readonly SettingRow[] = [
  {
    what: 'fixed timestep',
    unit: 's',
    file: TIME,
    byDefault: 0.02,
    wanted: ({ fixedTimestep }) => fixedTimestep,
    read: (values) => numberAt(values, TIMESTEP) ?? secondsIn(values),
    // Unity 6 counts ticks of a rate, cut off from single precision: 0.02 s are 2822399 of 141120000 a second.
    written: (values, wanted) => {
      const rate = rateOf(values);
      return rate === undefined
        ? [TIMESTEP, shown(wanted)]
        : [`${TIMESTEP}.m_Count`, String(Math.trunc(Math.fround(wanted) * rate))];
    },
    override: { field: 'fixedDeltaTime' },
  },
  {
    what: 'gravity',
    unit: 'm/s2 down',
    file: DYNAMICS,
    byDefault: 9.81,
    wanted: ({ gravity }) => gravity,
    read: (values) => {
      const y = numberAt(values, 'm_Gravity.y');
      return y === undefined ? undefined : -y;
    },
    written: undefined,
    whyNot: 'everything in the game would fall faster or slower',
    override: { field: 'gravityMultiplier', times: 'the setting' },
  },
  {
    what: 'solver iterations',
    unit: '',
    file: DYNAMICS,
    byDefault: 6,
    wanted: ({ solverIterations }) => solverIterations,
    ...plainly('m_DefaultSolverIterations'),
    override: { field: 'solverIterations' },
  },
  {
    what: 'solver velocity iterations',
    unit: '',
    file: DYNAMICS,
    byDefault: 1,
    wanted: ({ solverVelocityIterations }) => solverVelocityIterations,
    ...plainly('m_DefaultSolverVelocityIterations'),
    override: { field: 'solverVelocityIterations' },
  },
  {
    what: 'solver type',
    unit: '',
    file: DYNAMICS,
    byDefault: 0,
    wanted: ({ solverType }) => solverType,
    ...plainly('m_SolverType'),
    words: ['projected Gauss-Seidel', 'temporal Gauss-Seidel'],
  },
  {
    what: 'friction type',
    unit: '',
    file: DYNAMICS,
    byDefault: 0,
    wanted: ({ frictionType }) => frictionType,
    ...plainly('m_FrictionType'),
    words: ['patch', 'one directional', 'two directional'],
  },
  {
    what: 'default contact offset',
    unit: 'm',
    file: DYNAMICS,
    byDefault: 0.01,
    wanted: ({ contactOffset }) => contactOffset,
    ...plainly('m_DefaultContactOffset'),
  },
  {
    what: 'bounce threshold',
    unit: 'm/s',
    file: DYNAMICS,
    byDefault: 2,
    wanted: ({ bounceThreshold }) => bounceThreshold,
    ...plainly('m_BounceThreshold'),
  },
];

/** Told apart: it only counts for bodies that no script sets up. Projects begun before Unity 6 have 7. */
const MAX_ANGULAR_SPEED: SettingRow = {
  what: 'default max angular speed',
  unit: 'rad/s',
  file: DYNAMICS,
  byDefault: 7,
  wanted: ({ maxAngularSpeed }) => maxAngularSpeed,
  ...plainly('m_DefaultMaxAngularSpeed'),
};

/** Settings count in scenes; where none holds the agent yet, those of the project do for its prefab. */
export function settingsDrift(
  assets: Assets,
  path: string,
  behavior: Behavior,
  all: readonly Behavior[],
  trained: TrainedPhysics,
): Drift[] {
  const isScene = /\.unity$/i.test(path);
  if (!isScene && all.some((each) => /\.unity$/i.test(each.path))) return [];
  const settings: Settings = {
    [DYNAMICS]: managerOf(assets, DYNAMICS, PHYSICS_MANAGER)?.values,
    [TIME]: managerOf(assets, TIME, TIME_MANAGER)?.values,
  };
  const overrides = isScene ? overridesIn(assets, path) : undefined;
  const rows = isSetUpByScript(assets, behavior, trained) ? SETTINGS : [...SETTINGS, MAX_ANGULAR_SPEED];
  return rows.flatMap((row) => {
    const inProject = row.read(settings[row.file]) ?? row.byDefault;
    const overridden = row.override && overrides && numberAt(assets.valuesOf(overrides), row.override.field);
    const share = row.override?.times === undefined ? 1 : inProject;
    const current = overridden === undefined ? inProject : overridden * share;
    const wanted = row.wanted(trained);
    if (isSame(current, wanted)) return [];
    const words = (value: number) => row.words?.[value] ?? shown(value);
    const told = { what: row.what, unit: row.unit, current: words(current), wanted: words(wanted) };
    if (overrides && overridden !== undefined) {
      const value = { text: shown(wanted / share) };
      return [drift(told, { path, object: overrides, property: row.override!.field, value })];
    }
    const id = row.file === TIME ? TIME_MANAGER : PHYSICS_MANAGER;
    const manager = managerOf(assets, row.file, id);
    const place = manager && row.written?.(manager.values, wanted);
    if (!manager || !place || !valueAt(manager.values, place[0])) {
      const whyNot = row.whyNot ?? 'the file does not say it yet; set it in Unity';
      return [{ ...told, where: row.file, write: undefined, whyNot }];
    }
    return [drift(told, { path: row.file, object: manager.object, property: place[0], value: { text: place[1] } })];
  });
}

function managerOf(
  assets: Assets,
  path: string,
  classId: number,
): { object: UnityObject; values: Mapping } | undefined {
  let objects: Iterable<UnityObject>;
  try {
    objects = assets.objectsOf(path).values();
  } catch {
    return undefined; // Missing or no text: told as settings that are not known.
  }
  for (const object of objects) if (object.classId === classId) return { object, values: assets.valuesOf(object) };
  return undefined;
}

/** The component of a scene that takes the place of the project's settings. */
function overridesIn(assets: Assets, path: string): UnityObject | undefined {
  return [...assets.objectsOf(path).values()].find(
    (object) =>
      scriptOf(object) === SETTINGS_OVERRIDES &&
      textAt(assets.valuesOf(object), 'm_Enabled') !== '0' &&
      isActive(assets, path, assets.gameObjectOf(path, object)),
  );
}

function rateOf(values: Mapping | undefined): number | undefined {
  const numerator = numberAt(values, `${TIMESTEP}.m_Rate.m_Numerator`);
  const denominator = numberAt(values, `${TIMESTEP}.m_Rate.m_Denominator`);
  return numerator !== undefined && denominator ? numerator / denominator : undefined;
}

function secondsIn(values: Mapping | undefined): number | undefined {
  const count = numberAt(values, `${TIMESTEP}.m_Count`);
  const rate = rateOf(values);
  return count === undefined || !rate ? undefined : count / rate;
}
