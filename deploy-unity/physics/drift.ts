/** A number of a Unity project that is not what the policy was trained with. */
import type { WantedValue } from '../asset-changes.ts';

/** One number that differs. */
export interface Drift {
  /** `fixed timestep`, `mass of hips`. */
  readonly what: string;
  /** The file that says so, relative to the project. */
  readonly where: string;
  readonly current: string;
  readonly wanted: string;
  readonly unit: string;
  /** What `--apply-physics` writes; where undefined, why it does not. */
  readonly write: WantedValue | undefined;
  readonly whyNot: string | undefined;
}

/** Numbers that differ by less, relatively, count as the same: files hold them in single precision, or in ticks. */
const SAME = 1e-4;

/** One that can be written. */
export function drift(told: Omit<Drift, 'where' | 'write' | 'whyNot'>, write: WantedValue): Drift {
  return { ...told, where: write.path, write, whyNot: undefined };
}

export function isSame(current: number | string, wanted: number | string): boolean {
  if (typeof current === 'string' || typeof wanted === 'string') return current === wanted;
  return Math.abs(current - wanted) <= SAME * Math.max(Math.abs(current), Math.abs(wanted), 1e-6);
}

/** For people and files: single precision has no more digits. */
export function shown(value: number | string): string {
  if (typeof value === 'string') return value;
  return String(Number(value.toPrecision(7)));
}
