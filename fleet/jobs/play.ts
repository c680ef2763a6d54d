/** Plays a share of the episodes that a policy is judged by. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import type { PlayedEpisode } from '../../evaluate/play.ts';
import { type PlayRequest, withPlayers } from '../../evaluate/players.ts';
import type { Sums } from '../../evaluate/running-statistics.ts';
import type { JobContext, JobResult } from '../job.ts';
import { unpackedCharacter } from './character.ts';
import type { playRecord, playResult } from './play-record.ts';

/** The file of what was observed. */
const OBSERVED = 'observed';

/** @throws UserError where the file is no policy of the Walker, or of the character that the record names. */
export async function play(
  record: z.infer<typeof playRecord>,
  context: JobContext,
): Promise<JobResult<z.infer<typeof playResult>>> {
  const folder = mkdtempSync(join(tmpdir(), 'gaitsmith-job-'));
  try {
    return await playedIn(folder, record, context);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function playedIn(
  folder: string,
  { policy, character, ...plan }: z.infer<typeof playRecord>,
  { file, progress }: JobContext,
): Promise<JobResult<z.infer<typeof playResult>>> {
  const request: PlayRequest = {
    ...plan,
    policy: { name: policy.name, bytes: file(policy.sha256) },
    character: unpackedCharacter(character, folder, file),
  };
  // One thread: as many jobs are done side by side as there are cores.
  const played = await withPlayers({ workers: 1 }, (players) =>
    players.play(request, { progress: (done, total) => progress({ done, total }) }),
  );
  const value = played.map(({ observed: _, ...episode }) => episode);
  return { value, files: plan.observed ? { [OBSERVED]: rowsOf(played.map(({ observed }) => observed!)) } : {} };
}

/** The episodes of a result as `Players` would have given them. @param size of an observation. */
export function episodesOf({ value, files }: JobResult<z.infer<typeof playResult>>, size: number): PlayedEpisode[] {
  const bytes = files[OBSERVED];
  if (!bytes) return value;
  const all = new Float64Array(Uint8Array.from(bytes).buffer);
  return value.map((episode, index) => {
    const [rows = 0, ...numbers] = all.subarray(index * (1 + 2 * size), (index + 1) * (1 + 2 * size));
    const [mean, squares] = [Float64Array.from(numbers.slice(0, size)), Float64Array.from(numbers.slice(size))];
    return { ...episode, observed: { rows, mean, squares } };
  });
}

function rowsOf(observed: readonly Sums[]): Uint8Array {
  const rows = observed.flatMap(({ rows, mean, squares }) => [rows, ...mean, ...squares]);
  return new Uint8Array(Float64Array.from(rows).buffer);
}
