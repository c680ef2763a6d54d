/** A character's way to an actor that has never heard of it: its files read here, and laid out there. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../base/failure/user-error.ts';
import { sha256 } from '../../base/files/hash.ts';
import { characterPaths } from '../../envs/ragdoll/open.ts';
import type { CharacterRecord } from './character-record.ts';

/** What an actor calls the rig, wherever it lay: it reads no file that a character names. */
const RIG = 'rig.json';

/**
 * @param path of a character's file, as `openCharacter` takes it; null or undefined: the Walker.
 * @throws UserError where a file is missing.
 */
export function packedCharacter(path: string | null | undefined): {
  readonly character: CharacterRecord;
  readonly files: Uint8Array[];
} {
  if (path == null) return { character: null, files: [] };
  const { file, rigFile } = characterPaths(path);
  const [character, rig] = [readFileSync(file), readFileSync(rigFile)];
  return { character: { name: path, sha256: sha256(character), rig: sha256(rig) }, files: [character, rig] };
}

/**
 * Lays its files out in a folder.
 *
 * @param file the bytes of what a record names.
 * @returns the path of the character's file; undefined for the Walker.
 * @throws UserError where it is no JSON.
 */
export function unpackedCharacter(
  character: CharacterRecord,
  folder: string,
  file: (sha256: string) => Uint8Array,
): string | undefined {
  if (character === null) return undefined;
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'own.character.json');
  writeFileSync(path, JSON.stringify({ ...jsonOf(file(character.sha256), character.name), rig: RIG }));
  writeFileSync(join(folder, RIG), file(character.rig));
  return path;
}

function jsonOf(bytes: Uint8Array, where: string): object {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch (error) {
    throw new UserError({ what: `this is no JSON: ${(error as Error).message}`, where }, { cause: error });
  }
}
