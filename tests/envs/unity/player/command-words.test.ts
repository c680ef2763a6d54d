import { describe, expect, it } from 'vitest';
import { splitWords } from '../../../../envs/unity/player/command-words.ts';

describe('the words of a player', () => {
  const flags = { '--num-agents': true, '--real-time': false };

  it('are parted into ours and those of Unity and of other games', () => {
    const words = [
      '-batchmode',
      '--num-agents',
      '4',
      '--real-time',
      '-logfile',
      'a b.log',
      '--level',
      '3',
      '--num-agents=5',
    ];
    expect(splitWords(words, flags)).toEqual({
      known: ['--num-agents', '4', '--real-time', '--num-agents=5'],
      others: ['-batchmode', '--level', '3'],
      logFile: 'a b.log',
    });
  });

  it('may end too soon, which is then told by whoever reads them', () => {
    expect(splitWords(['--num-agents'], flags).known).toEqual(['--num-agents']);
    expect(splitWords(['-logFile'], flags).logFile).toBeUndefined();
  });
});
