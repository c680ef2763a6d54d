/** A replay: all that a stretch of simulation depends on, and the hash of what came of it. Played again, it has the same bytes. */
import { UserError } from '../../base/failure/user-error.ts';
import { checkInput, type Input } from './inputs.ts';
import { checkSetting, type Settings, type SettingsTable, settingNames } from './settings.ts';

/** What a simulation is begun with. */
export interface Setup {
  readonly seed: number;
  /** Of each policy. */
  readonly walkers: number;
  /** One, or two side by side. */
  readonly policies: readonly PolicyName[];
  readonly settings: Settings;
}

export interface PolicyName {
  readonly name: string;
  /** Of its file's bytes (running-hash.ts). */
  readonly hash: string;
}

export interface Replay extends Setup {
  readonly format: typeof FORMAT;
  /** Each with the physics step before which it came, in order. */
  readonly inputs: readonly (readonly [step: number, input: Input])[];
  /** Physics steps in all. */
  readonly steps: number;
  /** Of every body's pose and velocity after every step. */
  readonly hash: string;
}

const FORMAT = 'gaitsmith replay 1';

/** How many walkers there may be of a policy. */
export const walkerCounts = [1, 4, 16] as const;

export function writeReplay(setup: Setup, rest: Pick<Replay, 'inputs' | 'steps' | 'hash'>): string {
  const replay: Replay = { format: FORMAT, ...setup, ...rest };
  return `${JSON.stringify(replay)}\n`;
}

/**
 * @param where the file's name.
 * @param table the settings of who walks; default the Walker's.
 * @throws UserError where it is no replay, or one of a setting or an input that this page does not know.
 */
export function readReplay(text: string, where: string, table?: SettingsTable): Replay {
  const refuse = (what: string, value?: unknown): never => {
    throw new UserError({ what, where, value, expected: 'a file that this page saved by "Save replay"' });
  };
  let replay: Replay;
  try {
    replay = JSON.parse(text) as Replay;
  } catch {
    return refuse('this is no replay');
  }
  if (replay?.format !== FORMAT) return refuse('this is no replay', replay?.format);
  const { seed, walkers, policies, settings, inputs, steps, hash } = replay;
  const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
  if (!isCount(seed)) refuse('its seed is no whole number', seed);
  if (!isCount(steps)) refuse('it does not say how many steps it has', steps);
  if (!(walkerCounts as readonly number[]).includes(walkers))
    refuse('it has a number of walkers that there is not', walkers);
  if (!Array.isArray(policies) || policies.length < 1 || policies.length > 2) refuse('it names no policy');
  if (typeof hash !== 'string' || !Array.isArray(inputs)) refuse('it is cut off');
  for (const name of settingNames) checkSetting(name, settings?.[name], table);
  let last = 0;
  for (const [step, input] of inputs) {
    if (!isCount(step) || step < last || step > steps) refuse('its inputs are out of order', step);
    last = step;
    checkInput(input, table);
  }
  return replay;
}
