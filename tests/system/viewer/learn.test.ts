/**
 * A walker learns in a page of a real browser: the first roll-out is Node's to the byte, the reward rises, stopping and going on
 * changes nothing, and the file that is downloaded is one that ML-Agents takes.
 *
 * Chromium is looked for on the PATH and never downloaded. It gets an empty profile, and finds no address but this machine's.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../../base/files/hash.ts';
import { findChromium, launchChromium } from '../../../browser/chromium.ts';
import { oldestEngines } from '../../../lint/engines.ts';
import { lintFile } from '../../../lint/lint-file.ts';
import { readCheckpoint } from '../../../train/keep/checkpoint.ts';
import { eagerActions } from '../../../train/policy/eager-actor.ts';
import { leftOut } from '../../../train/policy/still-observations.ts';
import { onnxruntimeNode, onnxruntimeWeb } from '../../../validate/runtime.ts';
import { validate } from '../../../validate/validate.ts';
import type { LearnState } from '../../../viewer/learn/engine.ts';
import { because } from '../../skipping.ts';
import { learnInNode } from './learn-in-node.ts';
import type { Shown } from './learn-page/main.ts';
import { type ServedPage, serveLearnPage } from './learn-pages.ts';

declare const shown: Shown;

/** learn-to-walk.yaml with networks so small that an update takes a second, and an end. */
const UPDATES = 6;
const settings = readFileSync(join(import.meta.dirname, '../../../viewer/learn/learn-to-walk.yaml'), 'utf8')
  .replace('hidden_units: 128', 'hidden_units: 32')
  .replace('num_layers: 3', 'num_layers: 2')
  .replace('learning_rate: 0.0003', 'learning_rate: 0.001')
  .replace(/max_steps: \d+/, `max_steps: ${UPDATES * 2560}`);

const MILLISECONDS_TO_LEARN = 240_000;

describe.skipIf(because(!findChromium(), 'no chromium on the PATH: apt-get install chromium'))('in a page', () => {
  let served: ServedPage;
  let folder: string;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  const hosts = new Set<string>();

  beforeAll(async () => {
    served = await serveLearnPage();
    folder = mkdtempSync(join(tmpdir(), 'learn-'));
    browser = await launchChromium();
    page = await browser.newPage();
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => hosts.add(new URL(request.url()).host));
    await page.goto(`${served.address}?settings=${encodeURIComponent(settings)}`);
  }, MILLISECONDS_TO_LEARN);

  afterAll(async () => {
    await browser?.close();
    served?.close();
    if (folder) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  const click = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const becomes = (state: LearnState) =>
    page.waitForFunction((wanted) => shown.panel.engine.state === wanted, state, { timeout: MILLISECONDS_TO_LEARN });
  const points = () => page.evaluate(() => shown.panel.engine.points);
  async function downloaded(button: string, name: string): Promise<string> {
    const [download] = await Promise.all([page.waitForEvent('download'), click(button)]);
    expect(download.suggestedFilename()).toBe(name);
    const path = join(folder, name);
    await download.saveAs(path);
    return path;
  }

  let finished: string;

  it(
    "the first roll-out is Node's to the byte, and then the reward rises",
    async () => {
      await click('Learn to walk');
      await becomes('finished');
      const { rollouts } = await learnInNode({ seed: 1, settings, iterations: 1 });
      expect(await page.evaluate(() => shown.rollouts)).toEqual(rollouts);
      const learnt = await points();
      const rewards = learnt.map(({ reward }) => reward ?? Number.NaN);
      const half = UPDATES / 2;
      const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(mean(rewards.slice(half))).toBeGreaterThan(mean(rewards.slice(0, half)) + 0.1);
      const seconds = learnt.at(-1)!.seconds;
      console.log(
        `in Chromium ${Math.round((UPDATES * 2560) / seconds)} decisions a second; reward ${rewards.map((reward) => reward.toFixed(2)).join(' ')}`,
      );
    },
    MILLISECONDS_TO_LEARN,
  );

  it('the file that is downloaded passes lint and validate, judged by the checkpoint beside it', async () => {
    const checkpoint = readCheckpoint(await downloaded('Download checkpoint', 'walker.safetensors'));
    finished = sha256(readFileSync(join(folder, 'walker.safetensors')));
    expect(checkpoint.progress.step).toBe(UPDATES * 2560);
    const path = await downloaded('Download .onnx', 'Walker.onnx');
    const model = readFileSync(path);
    const lint = await lintFile(model, path, { engines: oldestEngines, expected: checkpoint.network });
    expect(lint.findings.filter(({ level }) => level !== 'advice')).toEqual([]);
    const report = await validate({
      ...{ model, path, shape: checkpoint.network, engines: [onnxruntimeNode, onnxruntimeWeb] },
      observations: checkpoint.sample,
      normaliser: { ...checkpoint.normaliser.moments(), leftOut: leftOut(checkpoint) },
      reference: (observations, rows) => eagerActions(checkpoint, observations, rows),
      sigma: checkpoint.parameters['actor.logDeviation']!.map(Math.exp),
      tolerance: 1e-5,
    });
    expect(report.problems).toEqual([]);
    expect(report.engines).toHaveLength(2);
  });

  it('policies are shown as they are learnt, the last one at the end', async () => {
    const steps = await page.evaluate(() => shown.policies);
    expect(steps.length).toBeGreaterThan(1);
    expect(steps.at(-1)).toBe(UPDATES * 2560);
  });

  it(
    'stopped, loaded anew and gone on with, it ends with the very bytes of one that was never stopped',
    async () => {
      await click('Forget it');
      await becomes('nothing');
      await click('Learn to walk');
      await page.waitForFunction(() => shown.panel.engine.points.length === 2, undefined, {
        timeout: MILLISECONDS_TO_LEARN,
      });
      await click('Stop');
      await becomes('stopped');
      await page.evaluate(() => shown.panel.engine.kept());
      const before = await points();
      expect(before.length).toBeLessThan(UPDATES);
      await page.reload();
      await becomes('stopped');
      expect(await points()).toEqual(before);
      expect(await page.evaluate(() => shown.policies)).toEqual([before.length * 2560]);
      await click('Go on');
      await becomes('finished');
      expect((await points()).map(({ step }) => step)).toEqual(
        Array.from({ length: UPDATES }, (_, update) => (update + 1) * 2560),
      );
      const path = await downloaded('Download checkpoint', 'walker.safetensors');
      expect(sha256(readFileSync(path))).toBe(finished);
    },
    MILLISECONDS_TO_LEARN,
  );

  it('settings that are wrong are told with their line and what was expected, and nothing begins', async () => {
    const wrong = settings.replace('batch_size: 256', 'batch_size: many');
    await page.goto(`${served.address}?settings=${encodeURIComponent(wrong)}`);
    await becomes('finished');
    await click('Forget it');
    await becomes('nothing');
    await click('Learn to walk');
    await becomes('nothing');
    await page.getByText(/the settings:\d+.*many/).waitFor();
  });

  it('nothing was complained of, and no other host was asked', () => {
    expect(complaints).toEqual([]);
    expect([...hosts].filter((host) => host !== '')).toEqual([new URL(served.address).host]);
  });
});
