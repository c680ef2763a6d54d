/** What people do to walkers, as data: what a page sends, what a simulation does, and what a replay keeps. */
import { UserError } from '../../base/failure/user-error.ts';
import { checkSetting, type SettingName, type SettingsTable } from './settings.ts';

export type Vector = readonly [x: number, y: number, z: number];

/** Positions and velocities are in the walker's own world: Unity's axes, metres, m/s. */
export type Input =
  | { readonly kind: 'set'; readonly name: SettingName; readonly value: number }
  /** The target is put on the ground there, for all. */
  | { readonly kind: 'target'; readonly x: number; readonly z: number }
  /** A spring holds a body by a point of it (in its own coordinates), and pulls it to another point. */
  | { readonly kind: 'grab'; readonly walker: number; readonly body: number; readonly at: Vector; readonly to: Vector }
  | { readonly kind: 'drag'; readonly to: Vector }
  | { readonly kind: 'release' }
  /** Changes the velocity of a whole walker, or of all (-1). */
  | { readonly kind: 'push'; readonly walker: number; readonly x: number; readonly z: number }
  /** A box flies from there. */
  | { readonly kind: 'throw'; readonly walker: number; readonly from: Vector; readonly velocity: Vector }
  /** Everybody begins their next episode. */
  | { readonly kind: 'restart' };

/** How near to the walls a target may lie, metres. */
export const targetFromWalls = 1;

const fields: Readonly<Record<Input['kind'], readonly string[]>> = {
  set: ['value'],
  target: ['x', 'z'],
  grab: ['walker', 'body', 'at', 'to'],
  drag: ['to'],
  release: [],
  push: ['walker', 'x', 'z'],
  throw: ['walker', 'from', 'velocity'],
  restart: [],
};

/** @throws UserError where it is no input. */
export function checkInput(input: unknown, table?: SettingsTable): asserts input is Input {
  const given = input as Record<string, unknown> | null;
  const kind = given?.['kind'];
  const wanted = typeof kind === 'string' && Object.hasOwn(fields, kind) ? fields[kind as Input['kind']] : undefined;
  const isNumber = (value: unknown) => Number.isFinite(value);
  const fits = (value: unknown) =>
    isNumber(value) || (Array.isArray(value) && value.length === 3 && value.every(isNumber));
  if (!given || !wanted?.every((field) => fits(given[field])))
    throw new UserError({
      what: 'this is no input',
      value: input,
      expected: `one of ${Object.keys(fields).join(', ')}`,
    });
  if (kind === 'set') checkSetting(String(given['name']), given['value'], table);
}
