/** `npm run film`: a policy walking, the Walker's or another character's, as a picture that moves. */

import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { commandText } from '../base/command-text.ts';
import { UserError } from '../base/failure/user-error.ts';
import { fromHere } from '../base/files/from-here.ts';
import { type CommandLine, defineCommand } from '../cli/command-line.ts';
import {
  type OptionSpec,
  type OptionsOf,
  oneOf,
  positiveNumber,
  seedNumber,
  text,
  wholeNumber,
} from '../cli/options.ts';
import { defaultWorld, worldNames } from '../envs/walker/dialects.ts';
import type { Shown } from '../envs/walker/looks.ts';
import { walkerParameters } from '../envs/walker/parameters.ts';
import { SHIPPED_WALKER, shippedFiles } from '../models/shipped.ts';
import { filmOutput } from './output.ts';

/** Seconds of each episode that the film is chosen from, where it is not too long for that. */
const SECONDS_OF_EPISODE = 15;

const { low, high } = walkerParameters.target_speed_max;

const speeds = z
  .string()
  .transform((words, context) => {
    const values = words.split(',').map(Number);
    if (values.length <= 4 && values.every((value) => value >= low && value <= high)) return values;
    context.addIssue(`one to four speeds from ${low} to ${high} m/s, such as 1,2,3`);
    return z.NEVER;
  })
  .optional();

/** The runs whose policies can be painted, as whoever keeps them hands them in. */
export interface Runs {
  /** The flag that says where they are kept. */
  readonly runsDir: OptionSpec<string>;
  /**
   * Path of the policy that was exported in a run.
   *
   * @throws UserError where none was.
   */
  policyOf(runId: string, runsDir: string): string;
  /** Path of the character's file that a run trained; undefined: the Walker. */
  characterOf(runId: string, runsDir: string): string | undefined;
}

function optionsWith(runsDir: Runs['runsDir']) {
  return {
    policy: {
      argument: 'FILE',
      description: "an ONNX file that ML-Agents runs (default: Gaitsmith's own walker)",
      schema: text().optional(),
    },
    runId: { argument: 'NAME', description: 'the exported policy of this run instead', schema: text().optional() },
    runsDir,
    character: {
      argument: 'FILE',
      description:
        'whose policy it is: a character file, such as rigs/crawler (default: the Walker; with --run-id that of the run)',
      schema: text().optional(),
    },
    out: {
      argument: 'FILE',
      description:
        'the film (default: walker.png in the run, FILE.png here for FILE.onnx, walker.png here without either)',
      schema: text().optional(),
    },
    sheet: {
      argument: 'FILE',
      description: 'also a plain PNG of six moments of the film at each speed',
      schema: text().optional(),
    },
    speeds: {
      argument: 'LIST',
      description: 'target speeds in m/s, a panel each (default: 1,2,3; of a character three within its range)',
      schema: speeds,
    },
    world: {
      argument: 'NAME',
      description: `the world to walk in: ${worldNames.join(', ')} (default: ${defaultWorld})`,
      schema: oneOf(worldNames).optional(),
    },
    seconds: {
      argument: 'S',
      description: 'length of the film, 0.2 to 20 (default: 4)',
      schema: positiveNumber()
        .refine((value) => value >= 0.2 && value <= 20, 'a number from 0.2 to 20')
        .default(4),
    },
    tries: {
      argument: 'N',
      description: `episodes at each speed, of whose first ${SECONDS_OF_EPISODE} s (or as many as the film needs) the straightest stretch at that speed is shown (default: 12)`,
      schema: wholeNumber(1).default(12),
    },
    seed: { argument: 'N', description: 'seed of the episodes (default: 0)', schema: seedNumber().default(0) },
    size: {
      argument: 'N',
      description: 'edge of a panel in pixels, 64 to 640 (default: 280)',
      schema: wholeNumber(64, 640).default(280),
    },
  };
}

export function filmCommand(runs: Runs): CommandLine<Options> {
  return defineCommand({
    name: 'film',
    typed: commandText('film'),
    summary: 'paints a policy walking, by its mean actions, as an animated PNG',
    options: optionsWith(runs.runsDir),
    output: [filmOutput],
    epilogue: `Example:\n  ${commandText('film', '--run-id walker --speeds 1.5 --sheet sheet.png')}`,
    async run(given, { terminal, progress, interrupts: { signal } }) {
      const { openPolicy } = await import('./policy.ts');
      const { record, usualSpeeds } = await import('./record.ts');
      const { filmOf, sheetOf } = await import('./film.ts');
      const { checkWritable, writeAtomically } = await import('../base/files/write-atomically.ts');
      const { policy: path, out, character } = paintedOf(given, runs);
      const { sheet, size, seed, tries, seconds, world } = given;
      const { subjectOf } = await import('../evaluate/subject-of.ts');
      const shown = await subjectOf(character);
      const speeds = given.speeds ?? usualSpeeds(shown);
      refuseSpeeds(speeds, shown, character);
      const policy = await openPolicy(path, shown.task.behavior);
      const recordings = [];
      try {
        for (const file of sheet === undefined ? [out] : [out, sheet]) checkWritable(file);
        for (const speed of speeds) {
          const secondsOfEpisode = SECONDS_OF_EPISODE;
          recordings.push(
            await record(policy, { shown, speed, seed, tries, seconds, secondsOfEpisode, world, signal }),
          );
        }
      } finally {
        await policy.close();
      }
      const film = filmOf(recordings, size, (done, total) => progress.update({ done, total, unit: 'frames' }));
      progress.end();
      writeAtomically(out, film);
      if (sheet !== undefined) writeAtomically(sheet, sheetOf(recordings, size));

      const panels = recordings.map(({ poses, shown, ...told }) => told);
      for (const { speed, walked, fellAfter, lasted } of panels) {
        const did = fellAfter === null ? `walks at ${walked.toFixed(2)} m/s` : `falls after ${fellAfter.toFixed(1)} s`;
        terminal.print(
          `target ${speed} m/s: ${did} in the film; ${lasted} of ${tries} episodes went on for ${SECONDS_OF_EPISODE} s`,
        );
      }
      const files = sheet === undefined ? out : `${out} and ${sheet}`;
      terminal.print(`painted ${path} into ${files}: ${Math.round(film.length / 1024)} KiB of film`);
      const json = { policy: path, ...(character === undefined ? {} : { character }), out };
      return { json: { ...json, bytes: film.length, sheet: sheet ?? null, panels } };
    },
  });
}

type Options = ReturnType<typeof optionsWith>;
type Given = Pick<OptionsOf<Options>, 'policy' | 'runId' | 'runsDir' | 'character' | 'out'>;

interface Painted {
  readonly policy: string;
  readonly out: string;
  /** Path of a character's file; undefined: the Walker. */
  readonly character: string | undefined;
}

/** @throws UserError where one is beyond what the Walker was ever asked for, or what any character can be. */
function refuseSpeeds(speeds: readonly number[], { task: { parameters } }: Shown, character: string | undefined): void {
  const { target_speed_min: slow, target_speed_max: fast } = parameters;
  const [slowest, fastest] = character === undefined ? [slow.default, fast.default] : [fast.low, fast.high];
  if (speeds.every((speed) => speed >= slowest && speed <= fastest)) return;
  throw new UserError({
    what: 'a target speed is out of its range',
    where: '--speeds',
    value: speeds.join(','),
    expected: `one to four speeds from ${slowest} to ${fastest} m/s, such as 1,2,3`,
  });
}

/**
 * Which policy is painted, whose it is, and into which file.
 *
 * @param shipped folder of the walker that is painted where none is named.
 */
export function paintedOf(
  { policy, runId, runsDir, character, out }: Given,
  { policyOf, characterOf }: Pick<Runs, 'policyOf' | 'characterOf'>,
  shipped = SHIPPED_WALKER,
): Painted {
  if (policy !== undefined) {
    if (runId === undefined) return { policy, character, out: out ?? `${basename(policy, '.onnx')}.png` };
    throw new UserError({
      what: 'one policy makes a film, and these flags name two',
      where: '--policy and --run-id',
      mend: 'leave one of them out',
    });
  }
  if (runId === undefined && character !== undefined) {
    throw new UserError({
      what: 'Gaitsmith comes with no policy of another character than the Walker',
      where: '--character',
      value: character,
      mend: 'name its policy with --policy FILE.onnx or --run-id NAME',
    });
  }
  if (runId === undefined) return shippedWalker(shipped, out);
  const exported = policyOf(runId, runsDir);
  const whose = character ?? characterOf(runId, runsDir);
  return { policy: exported, character: whose, out: out ?? join(dirname(exported), 'walker.png') };
}

function shippedWalker(shipped: string, out: string | undefined): Painted {
  const policy = fromHere(shippedFiles(shipped).policy);
  if (!existsSync(policy)) {
    throw new UserError({
      what: 'Gaitsmith has no walker of its own here',
      where: policy,
      mend: 'name a policy with --policy FILE.onnx or --run-id NAME',
    });
  }
  // Not beside it: the picture there is one that comes with Gaitsmith, under version control.
  return { policy, character: undefined, out: out ?? 'walker.png' };
}
