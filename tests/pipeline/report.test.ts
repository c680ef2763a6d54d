/** The pipeline's end: a report of the run, which is never a reason to fail. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { CommandContext } from '../../cli/command-line.ts';
import { checkOptions } from '../../cli/parse-options.ts';
import { pipelineCommand, type Report } from '../../pipeline/pipeline-command.ts';
import { newFolder, removeRuns } from '../report/run-files.ts';

afterAll(removeRuns);

/** A pipeline without a stage, so that nothing is left but its end. */
async function end(report: Report, { interrupted = false, flags = {} } = {}) {
  const runsDir = newFolder();
  mkdirSync(join(runsDir, 'walker'));
  const command = pipelineCommand([], report);
  const told: string[] = [];
  const print = (line: string) => told.push(line);
  const color = { yellow: (text: string) => text, bold: (text: string) => text };
  const controller = new AbortController();
  if (interrupted) controller.abort();
  const context = {
    terminal: { print, printError: print, color },
    interrupts: { signal: controller.signal, exitCode: () => (interrupted ? 130 : undefined), onSecond() {} },
    given: {},
  };
  const given = checkOptions(command.options, { runsDir, ...flags });
  const result = await command.run(given, context as unknown as CommandContext);
  return { ...result, told: told.join('\n') };
}

it('tells where the report lies', async () => {
  const { json, told, exitCode } = await end(async ({ report }) => report);
  expect(json).toMatchObject({ report: expect.stringMatching(/walker.report\.html$/) });
  expect(told).toMatch(/report: .*report\.html/);
  expect(exitCode).toBe(0);
});

it('warns of a report that could not be written, and has not failed', async () => {
  const { json, told, exitCode } = await end(() => Promise.reject(new Error('the disk is full')));
  expect(told).toContain('warning: no report was written: the disk is full');
  expect(json).not.toHaveProperty('report');
  expect(exitCode).toBe(0);
});

it.each([
  ['it was interrupted', { interrupted: true }],
  ['nobody wants one', { flags: { withoutReport: true as const } }],
])('writes none where %s', async (_, how) => {
  let asked = false;
  await end(async () => {
    asked = true;
    return '';
  }, how);
  expect(asked).toBe(false);
});
