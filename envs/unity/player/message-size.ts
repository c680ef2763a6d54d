/** How many agents fit into one message of a player's. */
import type { BehaviorSpec } from '../../env.ts';
import { STANDING, shareNumbers, viewNumbers } from './agent-numbers.ts';
import { NewsWriter } from './news-writer.ts';

/** What gRPC takes where nobody said otherwise; ML-Agents' own trainer is such a place. */
const LIMIT = 4 * 1024 * 1024;

/** The most agents whose messages always fit: each may end an episode and begin the next one in the same message. */
export function largestGroup(behavior: BehaviorSpec): number {
  const someone = 128; // ids from here on take as many bytes as any that matter
  const numbers = viewNumbers(shareNumbers(someone + 1, behavior));
  numbers.rewards.fill(1);
  numbers.standings.fill(STANDING.cutOff);
  const writer = new NewsWriter(behavior, numbers);
  const size = (count: number) => {
    const agents = Array.from({ length: count }, () => someone);
    return writer.write({ ended: agents, deciding: agents, isFirst: true }).length;
  };
  const perAgent = Math.ceil((size(200) - size(100)) / 100);
  return Math.floor((LIMIT - size(100)) / perAgent) + 100;
}
