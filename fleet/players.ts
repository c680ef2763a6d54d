/** Episodes shared out: whoever dispatches jobs, as `evaluate` and `regress` know those who play. */

import { sha256 } from '../base/files/hash.ts';
import { LANES } from '../evaluate/play.ts';
import type { EpisodeOf, PlayRequest, PlaysEpisodes, PlayWatch } from '../evaluate/players.ts';
import { subjectOf } from '../evaluate/subject-of.ts';
import type { Dispatcher } from './dispatcher.ts';
import { packedCharacter } from './jobs/character.ts';
import { episodesOf } from './jobs/play.ts';
import { MOST_EPISODES } from './jobs/play-record.ts';

/** Shares for each that plays at once: the last to end is then not long alone. */
const SHARES = 3;

/** @param close called at the end, once. @param interrupted called where the signal has ended it. */
export function playersOver(
  dispatcher: Pick<Dispatcher, 'dispatch' | 'slots'>,
  close: () => Promise<void>,
  interrupted: () => void = () => {},
): PlaysEpisodes {
  return {
    async play<Request extends PlayRequest>(request: Request, { progress, signal }: PlayWatch = {}) {
      const { policy, plan, gait = false, observed = false, from, to, deterministic, world } = request;
      const { observationSize } = (await subjectOf(request.character)).task.behavior;
      const packed = packedCharacter(request.character);
      const files = [policy.bytes, ...packed.files];
      const { seed, speeds, parameters } = plan;
      const shares = sharesOf(from, to, dispatcher.slots());
      const done = shares.map(() => 0);
      const failed = new AbortController();
      const either = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
      const played = shares.map(async ([from, to], index) => {
        const record = {
          policy: { name: policy.name, sha256: sha256(policy.bytes) },
          character: packed.character,
          plan: { seed, speeds: typeof speeds === 'string' ? speeds : [...speeds], parameters: { ...parameters } },
          ...{ from, to, gait, observed, deterministic, world },
        };
        const onProgress = (told: { readonly done: number }) => {
          done[index] = told.done;
          progress?.(
            done.reduce((sum, each) => sum + each, 0),
            request.to - request.from,
          );
        };
        const result = await dispatcher.dispatch('play', record as never, { files, onProgress, signal: either });
        onProgress({ done: to - from });
        return episodesOf(result, observationSize) as EpisodeOf<Request>[];
      });
      try {
        return (await Promise.all(played)).flat();
      } catch (error) {
        failed.abort();
        await Promise.allSettled(played);
        if (signal?.aborted) interrupted();
        throw error;
      }
    },
    close,
  };
}

/** Episodes from .. to in about as many shares as keep all busy, each of whole vectors of lanes. */
export function sharesOf(from: number, to: number, slots: number): [from: number, to: number][] {
  const wanted = Math.ceil((to - from) / (SHARES * slots));
  const size = Math.min(MOST_EPISODES, LANES * Math.ceil(wanted / LANES));
  const count = Math.ceil((to - from) / size);
  return Array.from({ length: count }, (_, share) => [from + share * size, Math.min(to, from + (share + 1) * size)]);
}
