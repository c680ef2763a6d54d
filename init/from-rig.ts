/** Proposes a character for a rig: writes its definition and the settings of its first training, where there are none yet. */
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { commandText } from '../base/command-text.ts';
import { UserError } from '../base/failure/user-error.ts';
import { ownFile } from '../base/files/own-files.ts';
import { writeAtomically } from '../base/files/write-atomically.ts';
import { characterOf } from '../envs/ragdoll/character.ts';
import { readCharacterFile } from '../envs/ragdoll/character-file.ts';
import { openCharacter } from '../envs/ragdoll/open.ts';
import { readRigFile } from '../envs/ragdoll/rig-file.ts';
import { proposeCharacter, type Reason } from '../propose/character.ts';
import { checkCharacter, type Finding } from '../propose/checks.ts';
import { proposeConfiguration } from '../propose/configuration.ts';

export interface ProposedFromRig {
  /** Of the behaviour. */
  readonly name: string;
  /** The character's file, and the settings' one. */
  readonly character: string;
  readonly config: string;
  readonly written: readonly string[];
  /** What was there already, and stayed as it was. */
  readonly kept: readonly string[];
  readonly reasons: readonly Reason[];
  /** Of the character as it is now, kept or proposed. */
  readonly findings: readonly Finding[];
}

/**
 * @param path of the rig's file: "rigs/hero.json".
 * @param gravity m/s2 of the project; default Unity's.
 * @throws UserError where there is no such rig, or no world can carry it. Nothing is written then.
 */
export async function initFromRig(path: string, gravity?: number): Promise<ProposedFromRig> {
  const rig = readRigFile(jsonOf(path), path);
  const proposal = proposeCharacter(rig, { rigFile: basename(path), ...(gravity === undefined ? {} : { gravity }) });
  const stem = path.replace(/\.json$/, '');
  const characterFile = `${stem}.character.json`;
  const config = `config/${basename(stem)}.yaml`;
  // One that is there is checked as it is.
  const character = existsSync(characterFile)
    ? openCharacter(characterFile)
    : characterOf(rig, readCharacterFile(proposal.character, rig, characterFile), characterFile);
  const findings = await checkCharacter(character);
  const quick = readFileSync(ownFile('config/walker-quick.yaml'), 'utf8');
  const symmetric = character.task.behavior.mirror !== undefined;
  const settings = proposeConfiguration(proposal, { quick, symmetric, path: stem.replaceAll('\\', '/') });
  const written: string[] = [];
  const kept: string[] = [];
  writeNew(characterFile, `${JSON.stringify(proposal.character, undefined, 2)}\n`);
  writeNew(config, settings);
  const { name } = character.task.behavior;
  return { name, character: characterFile, config, written, kept, reasons: proposal.reasons, findings };

  function writeNew(file: string, text: string): void {
    if (existsSync(file)) {
      kept.push(file);
      return;
    }
    writeAtomically(file, text);
    written.push(file);
  }
}

function jsonOf(path: string): unknown {
  if (!existsSync(path)) {
    throw new UserError({
      what: 'there is no such rig file',
      where: '--from-rig',
      value: path,
      mend: `read it from your project first: ${commandText('import-rig', 'Assets/Hero/Hero.prefab --unity-project ../MyGame')}`,
    });
  }
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UserError({ what: `this is no JSON: ${(error as Error).message}`, where: path });
  }
}
