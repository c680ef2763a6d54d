/** Who was trained in a run, by its own settings. */
import { existsSync } from 'node:fs';
import { characterFileOf } from '../envs/ragdoll/open.ts';
import { readUnityConfiguration } from '../train/configuration/read.ts';
import type { RunFolder } from './run-folder.ts';

/** Path of the character's file as it lies now; undefined: the Walker, or agents of a live Unity. */
export function characterOfRun({ config }: Pick<RunFolder, 'config'>): string | undefined {
  if (!existsSync(config)) return undefined;
  const configuration = readUnityConfiguration(config);
  const named = configuration.behaviors.map((name) => configuration.of(name).behavior.gaitsmith.character);
  const character = named.find((each) => each !== null);
  return character === undefined || character === null ? undefined : characterFileOf(character);
}
