/**
 * What can be turned while walkers walk: one table, from which the page makes its sliders, a replay its checks, and the simulation its
 * parameters.
 */
import { UserError } from '../../base/failure/user-error.ts';
import type { ParameterValues } from '../../envs/env.ts';
import { type Shown, walkerShown } from '../../envs/walker/looks.ts';
import { type ParameterRows, walkerParameters } from '../../envs/walker/parameters.ts';

interface Setting {
  readonly label: string;
  readonly unit: string;
  /** What it does, for a tool tip. */
  readonly about: string;
  readonly usual: number;
  readonly low: number;
  readonly high: number;
  /** From one place of its slider to the next. */
  readonly step: number;
}

const names = ['targetSpeed', 'gravity', 'friction', 'motors', 'latency', 'sampled', 'lying'] as const;

export type SettingName = (typeof names)[number];
export type Settings = Readonly<Record<SettingName, number>>;
export type SettingsTable = Readonly<Record<SettingName, Setting>>;

export const settingNames: readonly SettingName[] = names;

/** Seconds from one decision to the next. */
export function secondsPerDecision({ task, settings }: Pick<Shown, 'task' | 'settings'>): number {
  return task.stepsPerDecision * settings.step;
}

/** The settings of whoever walks: its own scene's are the usual ones, its own range that of its speeds. */
export function settingsFor(shown: Pick<Shown, 'task' | 'settings'>): SettingsTable {
  const { parameters, stepsPerDecision } = shown.task;
  return {
    ...table(parameters, stepsPerDecision, secondsPerDecision(shown)),
    targetSpeed: { ...targetSpeed, ...speedsOf(parameters) },
  };
}

/** Of the Walker 1.5 m/s to begin with; of others a fifth of the way from the slowest to the fastest. Where there is one speed, less may be asked. */
function speedsOf({ target_speed_min: { default: low }, target_speed_max: { default: high } }: ParameterRows) {
  const ofWalker =
    low === walkerParameters.target_speed_min.default && high === walkerParameters.target_speed_max.default;
  if (ofWalker) return { low, high, usual: 1.5 };
  if (low === high) return { low: Math.min(low, walkerParameters.target_speed_min.default), high, usual: high };
  return { low, high, usual: Math.round(10 * (low + (high - low) / 5)) / 10 };
}

const targetSpeed = {
  label: 'Target speed',
  unit: 'm/s',
  about: 'How fast it is told to walk. A policy may have been asked for more than it can.',
  step: 0.1,
};

const table = (parameters: ParameterRows, stepsPerDecision: number, seconds: number) => ({
  gravity: {
    label: 'Gravity',
    unit: 'm/s²',
    about: "ML-Agents' scenes have 1.5 times the Earth's.",
    usual: parameters.gravity.default,
    low: 0,
    high: 30,
    step: 0.005,
  },
  friction: {
    label: 'Friction',
    unit: '',
    about: 'Of bodies and ground: 0.6 is the scene’s, 0.05 is ice.',
    usual: parameters.friction.default,
    low: 0,
    high: 2,
    step: 0.05,
  },
  motors: {
    label: 'Motor strength',
    unit: '×',
    about: 'Times the torque of every joint.',
    usual: parameters.drive_strength_scale.default,
    low: 0,
    high: 2,
    step: 0.05,
  },
  latency: {
    label: 'Latency',
    unit: 'decisions',
    about: `From a decision until it acts; a decision is ${Math.round(1000 * seconds)} ms, in steps of the physics.`,
    usual: parameters.action_latency.default,
    low: 0,
    high: 1,
    step: 1 / stepsPerDecision,
  },
  sampled: {
    label: 'Sampled actions',
    unit: '',
    about: '1: actions drawn with the policy’s noise, as in Unity’s scene; 0: its mean actions.',
    usual: 0,
    low: 0,
    high: 1,
    step: 1,
  },
  lying: {
    label: 'Lies after a fall',
    unit: 's',
    about: 'How long a fallen walker lies before it starts anew.',
    usual: 1,
    low: 0,
    high: 10,
    step: 0.5,
  },
});

/** The Walker's. */
export const settingsTable = settingsFor(walkerShown);

export function usualSettingsOf(table: SettingsTable): Settings {
  return Object.fromEntries(settingNames.map((name) => [name, table[name].usual])) as Settings;
}

export const usualSettings = usualSettingsOf(settingsTable);

/** @throws UserError where there is no such setting, or the value is out of its range. */
export function checkSetting(name: string, value: unknown, table: SettingsTable = settingsTable): void {
  const setting = Object.hasOwn(table, name) ? table[name as SettingName] : undefined;
  if (!setting)
    throw new UserError({
      what: 'there is no such setting',
      value: name,
      expected: `one of ${settingNames.join(', ')}`,
    });
  const { low, high } = setting;
  if (typeof value === 'number' && value >= low && value <= high) return;
  throw new UserError({ what: 'out of range', where: name, value, expected: `a number from ${low} to ${high}` });
}

/** What an episode is started with. It is never cut off: whoever watches decides. */
export function parametersOf({ targetSpeed, gravity, friction, motors, latency }: Settings): ParameterValues {
  return {
    target_speed_min: targetSpeed,
    target_speed_max: targetSpeed,
    gravity,
    friction,
    drive_strength_scale: motors,
    action_latency: latency,
    max_steps: walkerParameters.max_steps.high,
  };
}

/** The latency in whole physics steps. */
export function latencyInSteps({ latency }: Settings, stepsPerDecision: number): number {
  return Math.round(latency * stepsPerDecision);
}
