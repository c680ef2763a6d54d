/** Opens a character by the path of its files, and its worlds. For Node: `character.ts` makes one of JSON wherever it comes from. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../base/failure/user-error.ts';
import { givenOrOwnFile } from '../../base/files/own-files.ts';
import { loadKernel } from '../../physics/kernel.ts';
import type { WalkerWorld } from '../walker/batched-world.ts';
import { BatchedWorlds } from '../walker/batched-world.ts';
import { walkerDialects } from '../walker/dialects.ts';
import type { Worlds } from '../walker/world.ts';
import { type Character, characterOf, dialectNamed } from './character.ts';
import { readCharacterFile } from './character-file.ts';
import { parsed, readRigFile } from './rig-file.ts';

const extension = '.character.json';

/**
 * Reads a character and its rig.
 *
 * @param path of the character's file, with or without its ".character.json": "rigs/crawler".
 * @throws UserError where a file is missing or wrong, or the rig has what no world can carry.
 */
export function openCharacter(path: string): Character {
  const file = characterPath(path);
  const json = jsonOf(file, 'character');
  const rigFile = rigFileOf(json, file);
  const rig = readRigFile(jsonOf(rigFile, 'rig'), rigFile);
  return characterOf(rig, readCharacterFile(json, rig, file), file);
}

/** Of a character's file: it, and the rig that it names. @throws UserError where it names none. */
export function filesOfCharacter(path: string): { readonly character: string; readonly rig: string } {
  const character = characterPath(path);
  return { character, rig: rigFileOf(jsonOf(character, 'character'), character) };
}

function rigFileOf(json: unknown, file: string): string {
  const { rig } = parsed(z.looseObject({ rig: z.string().min(1) }), json, file);
  return join(dirname(file), rig);
}

/** Where the character lies that a configuration or a flag names: from the working folder, or among those that come with Gaitsmith. */
export function characterFileOf(path: string): string {
  const given = characterPath(path);
  return existsSync(given) ? given : givenOrOwnFile(given);
}

/** The character's file: "rigs/crawler" is short for "rigs/crawler.character.json". */
export function characterPath(path: string): string {
  return path.endsWith('.json') ? path : `${path}${extension}`;
}

function jsonOf(file: string, kind: string): unknown {
  if (!existsSync(file)) {
    throw new UserError({
      what: `there is no such ${kind} file`,
      where: file,
      mend: 'name a character by its file, such as rigs/crawler (for rigs/crawler.character.json)',
    });
  }
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UserError({ what: `this is no JSON: ${(error as Error).message}`, where: file });
  }
}

/** @param name one of `ragdollWorlds`; default the first. @throws UserError where there is no world of that name. */
export async function openRagdollWorlds(
  { ragdoll, settings }: Character,
  name: string | undefined,
  count: number,
): Promise<Worlds<WalkerWorld>> {
  return new BatchedWorlds(await loadKernel(), ragdoll, count, walkerDialects[dialectNamed(name)], settings);
}
