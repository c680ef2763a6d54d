import { expect, test } from 'vitest';
import { createProgress, progressText } from '../../cli/progress.ts';
import { fakeTerminal } from './fake-terminal.ts';

function clock() {
  let time = 100;
  return { now: () => time, pass: (seconds: number) => (time += seconds) };
}

test('the line shows steps, reward, steps a second, time left and where the time goes', () => {
  const state = {
    done: 1_234_000,
    total: 20_000_000,
    unit: 'steps',
    fields: { reward: '312' },
    split: { physics: 6.1, inference: 2.4, learning: 1.5 },
  };
  expect(progressText(state, 8120)).toBe(
    '1,234,000 / 20,000,000 steps (6%)  reward 312  8,120 steps/s  38 min 31 s left  physics 61% inference 24% learning 15%',
  );
});

test('what is not known is left out: the total, the speed, the time left', () => {
  expect(progressText({ done: 12, unit: 'files' }, undefined)).toBe('12 files');
  expect(progressText({ done: 12, unit: 'files' }, 3)).toBe('12 files  3.0 files/s');
  expect(progressText({ done: 12, total: 12, unit: 'files' }, 3)).toBe('12 / 12 files (100%)  3.0 files/s');
  expect(progressText({ done: 0, total: 12, unit: 'files', split: { a: 0 } }, 0)).toBe(
    '0 / 12 files (0%)  0.0 files/s',
  );
});

test('off a terminal it is a plain line now and then, and the last state at the end', () => {
  const { terminal, stdout } = fakeTerminal();
  const { now, pass } = clock();
  const notes: string[] = [];
  const note = (line: string) => notes.push(line);
  const progress = createProgress({ terminal, label: 'train', note, secondsBetweenLines: 10, now });
  for (let step = 1; step <= 26; step++) {
    progress.update({ done: step * 100, total: 5000, unit: 'steps' });
    pass(1);
  }
  progress.end();
  expect(stdout()).toBe(
    [
      'train  100 / 5,000 steps (2%)',
      'train  1,100 / 5,000 steps (22%)  100 steps/s  39 s left',
      'train  2,100 / 5,000 steps (42%)  100 steps/s  29 s left',
      'train  2,600 / 5,000 steps (52%)  100 steps/s  24 s left',
      '',
    ].join('\n'),
  );
  expect(notes.join('\n')).toBe(stdout().trimEnd());
});

test('in CI it is plain too, terminal or not', () => {
  const { terminal, stdout } = fakeTerminal({ isTTY: true, env: { CI: 'true' } });
  createProgress({ terminal, label: 'train' }).update({ done: 1, unit: 'steps' });
  expect(stdout()).toBe('train  1 steps\n');
});

test('on a terminal it is one line, redrawn ten times a second at most, and gone in the end', () => {
  const { terminal, stdout } = fakeTerminal({ isTTY: true });
  const { now, pass } = clock();
  const progress = createProgress({ terminal, label: 'train', now });
  for (let step = 0; step < 1000; step++) {
    progress.update({ done: step, unit: 'steps' });
    pass(0.001);
  }
  expect(stdout()).not.toContain('\n');
  expect(stdout().match(/train/g)!.length).toBeLessThanOrEqual(10);
  progress.end();
  expect(stdout().endsWith('\r\u001b[2K')).toBe(true);
});

test('the speed is that of the last half minute', () => {
  const { terminal, stdout } = fakeTerminal();
  const { now, pass } = clock();
  const progress = createProgress({ terminal, label: 'train', secondsBetweenLines: 1000, now });
  let done = 5_000_000; // a resumed training: what it found counts for nothing
  for (let second = 0; second < 100; second++) {
    done += second < 60 ? 10 : 500;
    progress.update({ done, unit: 'steps' });
    pass(1);
  }
  progress.end();
  expect(stdout().trimEnd().split('\n').at(-1)).toContain('500 steps/s');
});
