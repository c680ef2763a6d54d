/**
 * A built player for tests: `pointing-player.ts --mlagents-port N -logFile PATH [--die-after N] [--hang-after N] [--stay]`.
 * With `-` for PATH it prints its log. It dies with code 3 after so many exchanges, hangs, or stays when it is told to end.
 */
import { appendFileSync, writeFileSync } from 'node:fs';
import { playPointing } from './pointing-unity.ts';

const words = process.argv.slice(2);
const wordAfter = (flag: string) => words[words.indexOf(flag) + 1];
const numberOf = (flag: string) => (words.includes(flag) ? Number(wordAfter(flag)) : Number.POSITIVE_INFINITY);
const log = wordAfter('-logFile')!;
const say = (line: string) => (log === '-' ? console.log(line) : appendFileSync(log, `${line}\n`));

if (log !== '-') writeFileSync(log, '');
say(`pid ${process.pid}\nwords ${words.join(' ')}`);
await playPointing(Number(wordAfter('--mlagents-port')), {
  agents: 8,
  exchanged(count) {
    if (count === numberOf('--die-after')) {
      say('Something went badly wrong here.');
      process.exit(3);
    }
    return count === numberOf('--hang-after') ? new Promise(() => setInterval(() => {}, 1000)) : undefined;
  },
});
if (words.includes('--stay')) setInterval(() => {}, 1000);
