/**
 * The files that the regress bench tries, and what came of each: a line of JSON a file, so that a bench of hours may be stopped
 * anywhere and goes on where it was.
 */
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { UserError } from '../base/failure/user-error.ts';
import { appendDurably } from '../base/files/append-durably.ts';
import { writeAtomically } from '../base/files/write-atomically.ts';
import { RandomStream } from '../base/random/stream.ts';
import { type PolicyFile, readPolicyFile } from '../evaluate/policy-file.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { Model } from '../onnx/model.ts';
import { damages, reExported } from './damages.ts';

export const SOUND = 'none: exported again, with other roundings';

/** A file to be tried. */
export interface TriedFile {
  /** What was done to it: the same words for all files of a kind. */
  readonly kind: string;
  readonly seed: number;
  make(): PolicyFile;
}

/**
 * Files of all kinds, so mixed that any first part of them holds about the same share of every kind: who stops early has a
 * smaller table, not half of one.
 *
 * @param seeds files of each damage, and @param reExports sound ones; @param others policies that take its place, as they are.
 */
export function filesToTry(sound: Model, seeds: number, reExports: number, others: readonly string[]): TriedFile[] {
  const kinds: [kind: string, count: number, make: (seed: number) => PolicyFile][] = [
    [SOUND, reExports, (seed) => fileOf(reExported(sound, new RandomStream(seed, 0x5e)))],
    ...damages.map(({ name, plant, isOne }): [string, number, (seed: number) => PolicyFile] => [
      name,
      isOne ? 1 : seeds,
      (seed) => fileOf(plant(sound, new RandomStream(seed, 0xda))),
    ]),
    ...others.map((path): [string, number, () => PolicyFile] => [
      `another policy in its place: ${path}`,
      1,
      () => readPolicyFile(path),
    ]),
  ];
  return kinds
    .flatMap(([kind, count, make]) =>
      Array.from({ length: count }, (_, seed) => ({ kind, seed, when: seed / count, make: () => make(seed) })),
    )
    .sort((a, b) => a.when - b.when);
}

function fileOf(model: Model): PolicyFile {
  return { name: 'damaged.onnx', bytes: encodeModel(model) };
}

const triedSchema = z.strictObject({
  /** Of the baseline's text: what was tried against another one says nothing here. */
  baseline: z.string(),
  margin: z.number(),
  kind: z.string(),
  seed: z.int(),
  /** Whether the contract's check finds something, and whether a golden pair is off. */
  contract: z.boolean(),
  golden: z.boolean(),
  /** Of the behaviour, whatever was found before; null where onnxruntime does not take the file. */
  behaviour: z
    .strictObject({
      verdict: z.enum(['pass', 'fail', 'undecided']),
      /** Of the mean return, and what so many pairs show: shares of the baseline's. */
      change: z.number(),
      detectable: z.number(),
      correlation: z.number().nullable(),
      pairs: z.int(),
    })
    .nullable(),
  /** By the clock, and of all cores together. */
  seconds: z.number(),
  cpu_seconds: z.number(),
  /** When it was done, UTC. */
  at: z.iso.datetime(),
});

/** What came of a file. */
export type Tried = z.infer<typeof triedSchema>;

/** A line that a kill cut short is the last one, and is passed over. */
export function readTried(path: string): Tried[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.flatMap((line, index) => {
    if (line === '') return [];
    try {
      return [triedSchema.parse(JSON.parse(line))];
    } catch {
      if (index === lines.length - 1) return [];
      throw new UserError({
        what: 'this line tells of no file that the regress bench tried',
        where: `${path}:${index + 1}`,
        value: line.slice(0, 60),
        mend: 'take the line out, and its file is tried again',
      });
    }
  });
}

/** What a kill left of a line is taken out first. */
export function addTried(path: string, tried: Tried): void {
  if (existsSync(path)) {
    const text = readFileSync(path, 'utf8');
    if (text !== '' && !text.endsWith('\n')) writeAtomically(path, text.slice(0, text.lastIndexOf('\n') + 1));
  }
  appendDurably(path, `${JSON.stringify(tried)}\n`);
}
