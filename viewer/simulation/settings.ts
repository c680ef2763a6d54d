/**
 * What can be turned while walkers walk: one table, from which the page makes its sliders, a replay its checks, and the simulation its
 * parameters.
 */
import { UserError } from '../../base/failure/user-error.ts';
import type { ParameterValues } from '../../envs/env.ts';
import { walkerParameters } from '../../envs/walker/parameters.ts';
import { unityPhysics } from '../../envs/walker/physics-settings.ts';
import { stepsPerDecision } from '../../envs/walker/walker.ts';

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

/** Seconds from one decision to the next. */
export const secondsPerDecision = stepsPerDecision * unityPhysics.step;

export const settingsTable = {
  targetSpeed: {
    label: 'Target speed',
    unit: 'm/s',
    about: 'How fast it is told to walk. The shipped walker was asked for 0.1 to 10 m/s and walks at what it can.',
    usual: 1.5,
    low: walkerParameters.target_speed_min.default,
    high: walkerParameters.target_speed_max.default,
    step: 0.1,
  },
  gravity: {
    label: 'Gravity',
    unit: 'm/s²',
    about: "Unity's Walker scene has 1.5 times the Earth's.",
    usual: walkerParameters.gravity.default,
    low: 0,
    high: 30,
    step: 0.005,
  },
  friction: {
    label: 'Friction',
    unit: '',
    about: 'Of bodies and ground: 0.6 is the scene’s, 0.05 is ice.',
    usual: walkerParameters.friction.default,
    low: 0,
    high: 2,
    step: 0.05,
  },
  motors: {
    label: 'Motor strength',
    unit: '×',
    about: 'Times the torque of every joint.',
    usual: walkerParameters.drive_strength_scale.default,
    low: 0,
    high: 2,
    step: 0.05,
  },
  latency: {
    label: 'Latency',
    unit: 'decisions',
    about: `From a decision until it acts; a decision is ${Math.round(1000 * secondsPerDecision)} ms, in fifths.`,
    usual: walkerParameters.action_latency.default,
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
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settingsTable;
export type Settings = Readonly<Record<SettingName, number>>;

export const settingNames = Object.keys(settingsTable) as SettingName[];

export const usualSettings = Object.fromEntries(
  settingNames.map((name) => [name, settingsTable[name].usual]),
) as Settings;

/** @throws UserError where there is no such setting, or the value is out of its range. */
export function checkSetting(name: string, value: unknown): void {
  const setting = Object.hasOwn(settingsTable, name) ? settingsTable[name as SettingName] : undefined;
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
export function latencyInSteps({ latency }: Settings): number {
  return Math.round(latency * stepsPerDecision);
}
