/** Opens a character by the path of its files, and its worlds. For Node: `character.ts` makes one of JSON wherever it comes from. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../base/failure/user-error.ts';
import { givenOrOwnFile } from '../../base/files/own-files.ts';
import { openWorlds } from '../walker/open-worlds.ts';
import type { Worlds } from '../walker/world.ts';
import { type Character, characterOf } from './character.ts';
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
  const { file, rigFile, json } = readPaths(path);
  const rig = readRigFile(jsonOf(rigFile, 'rig'), rigFile);
  return characterOf(rig, readCharacterFile(json, rig, file), file);
}

/**
 * Where a character's two files lie: "rigs/crawler" is short for "rigs/crawler.character.json", from the working folder or, where there is none of
 * that name, among those that come with Gaitsmith.
 *
 * @throws UserError where the character's file is missing, no JSON, or names no rig.
 */
export function characterPaths(path: string): { readonly file: string; readonly rigFile: string } {
  const { file, rigFile } = readPaths(path);
  return { file, rigFile };
}

/** Both of its files as JSON, for whoever makes a character elsewhere. @throws UserError where one is missing or no JSON. */
export function jsonOfCharacter(path: string): { readonly rig: unknown; readonly character: unknown } {
  const { rigFile, json: character } = readPaths(path);
  return { character, rig: jsonOf(rigFile, 'rig') };
}

/** The character's file that a configuration or a flag names: from the working folder, or among those that come with Gaitsmith. */
export function characterFileOf(path: string): string {
  return givenOrOwnFile(path.endsWith('.json') ? path : `${path}${extension}`);
}

function readPaths(path: string) {
  const file = characterFileOf(path);
  const json = jsonOf(file, 'character');
  const { rig } = parsed(z.looseObject({ rig: z.string().min(1) }), json, file);
  return { file, rigFile: resolve(dirname(file), rig), json };
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

/** @param name one of `worldNames`; default `unity`. @throws UserError where there is no world of that name. */
export function openRagdollWorlds(
  { ragdoll, settings }: Character,
  name: string | undefined,
  count: number,
): Promise<Worlds> {
  return openWorlds(name, count, ragdoll, settings);
}
