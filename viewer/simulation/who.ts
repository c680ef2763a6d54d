/** Who walks in the page: ML-Agents' Walker, or the character whose files the list of policies brings along. */
import { characterOf } from '../../envs/ragdoll/character.ts';
import { readCharacterFile } from '../../envs/ragdoll/character-file.ts';
import { readRigFile } from '../../envs/ragdoll/rig-file.ts';
import { actionNamesOf } from '../../envs/ragdoll/task.ts';
import { actionNames } from '../../envs/walker/action.ts';
import { type Looks, looksOf, type Shown, walkerShown } from '../../envs/walker/looks.ts';
import { type SettingsTable, settingsFor } from './settings.ts';

/** Two files as JSON: a rig, and what is trained of it. */
export interface CharacterFiles {
  readonly rig: unknown;
  readonly character: unknown;
}

export interface Who extends Shown {
  readonly looks: Looks;
  readonly settingsTable: SettingsTable;
  /** Of all actions, in their order. */
  readonly actionNames: readonly string[];
  /** Whether it is the Walker, whom a page can teach to walk. */
  readonly isWalker: boolean;
  /** Index of the body that a thrown box is aimed at. */
  readonly chest: number;
}

export const walkerWho: Who = whoWith(walkerShown, actionNames(), true);

/** @throws UserError where a file is wrong, or the rig has what no world can carry. */
export function whoOf(files: CharacterFiles | undefined): Who {
  if (!files) return walkerWho;
  const rig = readRigFile(files.rig, 'the rig');
  const character = readCharacterFile(files.character, rig, 'the character');
  return whoWith(characterOf(rig, character, 'the character'), actionNamesOf(character), false);
}

function whoWith({ ragdoll, task, settings }: Shown, actions: readonly string[], isWalker: boolean): Who {
  const shown = { ragdoll, task, settings };
  const chest = isWalker ? task.behavior.bodyNames!.indexOf('chest') : task.frame.body;
  const table = settingsFor(shown);
  return { ...shown, looks: looksOf(shown), settingsTable: table, actionNames: actions, isWalker, chest };
}

/** Rows of a frame's poses for each walker: its bodies, the target, the box. */
export function rowsOf({ ragdoll }: Shown): number {
  return ragdoll.bodies.length + 2;
}
