/** What the page's address asks for: `?policy=walker&compare=run%3Afast&walkers=4&seed=7&targetSpeed=2&theme=dark`. */
import { walkerCounts } from '../simulation/replay.ts';
import {
  type Settings,
  type SettingsTable,
  settingNames,
  settingsTable as settingsOfWalker,
  usualSettingsOf,
} from '../simulation/settings.ts';

export interface Asked {
  /** Ids of policies in the list; undefined where the list says which. */
  readonly policy: string | undefined;
  readonly compare: string | undefined;
  readonly walkers: number;
  readonly seed: number;
  readonly settings: Settings;
  readonly theme: 'light' | 'dark' | undefined;
  /** Level of the picture's quality, 0 the best; undefined: as well as the machine can. */
  readonly quality: number | undefined;
  /** Whether it begins in a pause. */
  readonly isPaused: boolean;
  /** What was asked for and is not so, as sentences. */
  readonly refused: readonly string[];
}

/**
 * @param query with or without its question mark. What is out of range is left as usual, and told.
 * @param table the settings of who walks; default the Walker's.
 */
export function readAddress(query: string, table: SettingsTable = settingsOfWalker): Asked {
  const usualSettings = usualSettingsOf(table);
  const given = new URLSearchParams(query);
  const refused: string[] = [];
  const number = (name: string, usual: number, isFit: (value: number) => boolean, expected: string): number => {
    const text = given.get(name);
    if (text === null) return usual;
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (isFit(value)) return value;
    refused.push(`${name}=${text} in the address is not ${expected}; it is ${usual} instead.`);
    return usual;
  };
  const settings = Object.fromEntries(
    settingNames.map((name) => {
      const { low, high, unit } = table[name];
      const expected = `a number from ${low} to ${high}${unit && ` ${unit}`}`;
      return [name, number(name, usualSettings[name], (value) => value >= low && value <= high, expected)];
    }),
  ) as Settings;
  const theme = given.get('theme');
  return {
    policy: given.get('policy') ?? undefined,
    compare: given.get('compare') ?? undefined,
    walkers: number(
      'walkers',
      1,
      (value) => walkerCounts.some((count) => count === value),
      `one of ${walkerCounts.join(', ')}`,
    ),
    seed: number('seed', 1, (value) => Number.isSafeInteger(value) && value >= 0 && value < 2 ** 32, 'a seed'),
    settings,
    theme: theme === 'light' || theme === 'dark' ? theme : undefined,
    quality: given.has('quality')
      ? number('quality', 0, (value) => [0, 1, 2, 3].includes(value), 'from 0 to 3')
      : undefined,
    isPaused: given.has('paused'),
    refused,
  };
}

/** The address that leads here again: only what is not as usual. */
export function writeAddress(
  { policy, compare, walkers, seed, settings, theme }: Omit<Asked, 'refused' | 'isPaused' | 'quality'>,
  table: SettingsTable = settingsOfWalker,
): string {
  const usualSettings = usualSettingsOf(table);
  const query = new URLSearchParams();
  if (policy) query.set('policy', policy);
  if (compare) query.set('compare', compare);
  if (walkers !== 1) query.set('walkers', String(walkers));
  if (seed !== 1) query.set('seed', String(seed));
  for (const name of settingNames) if (settings[name] !== usualSettings[name]) query.set(name, String(settings[name]));
  if (theme) query.set('theme', theme);
  const text = query.toString();
  return text && `?${text}`;
}
