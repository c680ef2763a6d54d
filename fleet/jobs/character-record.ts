/** The character of a job, where that is another than the Walker: its two files travel beside the record. */
import { z } from 'zod';
import { sha256Text } from './sha256-text.ts';

export const characterRecord = z
  .strictObject({
    /** What it is called, in messages: "rigs/crawler". */
    name: z.string().max(1024),
    /** Of the character's file, and of the rig's. */
    sha256: sha256Text,
    rig: sha256Text,
  })
  /** Null: the Walker. */
  .nullable();
export type CharacterRecord = z.infer<typeof characterRecord>;

/** SHA-256 of each file that is needed for it. */
export function characterFiles(character: CharacterRecord): string[] {
  return character === null ? [] : [character.sha256, character.rig];
}
