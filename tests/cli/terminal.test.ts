import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { durationText } from '../../cli/duration.ts';
import { createLogger } from '../../cli/logger.ts';
import { tableText } from '../../cli/table.ts';
import { trimmed } from '../../cli/terminal.ts';
import { fakeTerminal } from './fake-terminal.ts';

const clear = '\r\u001b[2K';

test('the live line is trimmed to the width of the terminal', () => {
  const { terminal, stdout } = fakeTerminal({ isTTY: true, columns: 12 });
  terminal.showLive('0123456789abcdef');
  expect(stdout()).toBe('0123456789…');
  expect(trimmed('one\nline\tonly', 40)).toBe('one line only');
  expect(trimmed('äöü', 3)).toBe('äöü');
  expect(trimmed('abc', 0)).toBe('');
});

test('a message takes the live line away, and puts it back under itself', () => {
  const { terminal, stdout } = fakeTerminal({ isTTY: true });
  terminal.showLive('working');
  terminal.print('a message');
  terminal.showLive(undefined);
  expect(stdout()).toBe(`working${clear}a message\nworking${clear}`);
});

test('off a terminal nothing but lines is ever written', () => {
  const { terminal, stdout, stderr } = fakeTerminal();
  terminal.showLive('working');
  terminal.print(terminal.color.bold('a message'));
  createLogger(terminal).error('an error');
  expect([stdout(), stderr()]).toEqual(['a message\n', 'an error\n']);
});

test('with --json all text for people goes to stderr', () => {
  const { terminal, stdout, stderr } = fakeTerminal({ isTTY: true, json: true, env: { NO_COLOR: '1' } });
  terminal.showLive('working');
  createLogger(terminal).info('a message');
  expect(stdout()).toBe('');
  expect(stderr()).toContain('a message\n');
});

test.each([
  ['on a terminal', { isTTY: true, env: {} }, true],
  ['elsewhere', { isTTY: false, env: {} }, false],
  ['with NO_COLOR', { isTTY: true, env: { NO_COLOR: '1' } }, false],
  ['on a dumb terminal', { isTTY: true, env: { TERM: 'dumb' } }, false],
  ['with FORCE_COLOR', { isTTY: false, env: { FORCE_COLOR: '1' } }, true],
])('an error %s is red: %j %s', (_where, setup, red) => {
  const { terminal, stderr } = fakeTerminal(setup);
  createLogger(terminal).error('no');
  expect(stderr()).toBe(red ? '\u001b[31mno\u001b[39m\n' : 'no\n');
});

test('the log file has every line with its time, and a log that can not be written ends nothing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gaitsmith-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { terminal, stdout, stderr } = fakeTerminal();
  const file = join(folder, 'logs', 'train.log');
  const logger = createLogger(terminal, file);
  logger.info('one\ntwo');
  logger.warn('three');
  logger.note('for the file alone');
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  expect(lines.map((line) => line.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z /, ''))).toEqual([
    'info  one',
    'info  two',
    'warn  three',
    'note  for the file alone',
  ]);
  expect(stdout() + stderr()).not.toContain('for the file alone');

  writeFileSync(join(folder, 'file'), '');
  const unlucky = createLogger(terminal, join(folder, 'file', 'train.log'));
  unlucky.info('goes on');
  unlucky.info('and on');
  expect(stdout()).toContain('goes on\nand on\n');
  expect(stderr().match(/no longer logged/g)).toHaveLength(1);
});

test('the table has a line for each stage', () => {
  const rows = [
    { stage: 'train', seconds: 7265, result: 'done: 20M steps', file: 'runs/one/checkpoints/20000000.json' },
    { stage: 'export', result: 'not run' },
  ];
  expect(tableText(rows).split('\n')).toEqual([
    'stage   time        result           file',
    '------  ----------  ---------------  ----------------------------------',
    'train   2 h 01 min  done: 20M steps  runs/one/checkpoints/20000000.json',
    'export  -           not run          -',
  ]);
});

test.each([
  [0, '0.0 s'],
  [9.94, '9.9 s'],
  [9.96, '10 s'],
  [59.6, '1 min 00 s'],
  [3599.4, '59 min 59 s'],
  [3600, '1 h 00 min'],
  [100_000, '27 h 46 min'],
])('%d seconds are told as %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});
