/**
 * A walker learns in a page on WebGPU, with the operators of the update as onnxruntime-web has them there. The processor plays the GPU
 * (SwiftShader), so it is far slower than a GPU and tells nothing of one's speed.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, launchChromium } from '../../../browser/chromium.ts';
import { readCheckpoint } from '../../../train/keep/checkpoint.ts';
import type { LearnState } from '../../../viewer/learn/engine.ts';
import { because } from '../../skipping.ts';
import { learnInNode } from './learn-in-node.ts';
import type { Shown } from './learn-page/main.ts';
import { type ServedPage, serveLearnPage } from './learn-pages.ts';

declare const shown: Shown;

/** An update of two minibatches, by networks that are worth a worker and have few operations. */
const settings = readFileSync(join(import.meta.dirname, '../../../viewer/learn/learn-to-walk.yaml'), 'utf8')
  .replace('num_layers: 3', 'num_layers: 1')
  .replace('symmetric: true', 'symmetric: false')
  .replace('buffer_size: 2560', 'buffer_size: 512')
  .replace('num_epoch: 4', 'num_epoch: 1')
  .replace(/max_steps: \d+/, 'max_steps: 512');

/** What the processor takes to compile a GPU's programs: 25 s by itself. */
const MILLISECONDS = 600_000;

describe.skipIf(because(!findChromium(), 'no chromium on the PATH: apt-get install chromium'))('on a GPU', () => {
  let served: ServedPage;
  let browser: Browser;
  const folder = mkdtempSync(join(tmpdir(), 'learn-gpu-'));

  beforeAll(async () => {
    served = await serveLearnPage();
    browser = await launchChromium({ playsGpu: true });
  }, MILLISECONDS);

  afterAll(async () => {
    await browser?.close();
    served?.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  async function open(query: string): Promise<{ page: Page; complaints: string[]; asked: string[] }> {
    const page = await (await browser.newContext()).newPage();
    const [complaints, asked]: [string[], string[]] = [[], []];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.context().on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(`${served.address}?settings=${encodeURIComponent(settings)}${query}`);
    return { page, complaints, asked };
  }
  const learn = async (page: Page): Promise<Record<string, Float32Array>> => {
    await page.getByRole('button', { name: 'Learn to walk', exact: true }).click();
    await page.waitForFunction((wanted) => shown.panel.engine.state === wanted, 'finished' satisfies LearnState, {
      timeout: MILLISECONDS,
    });
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download checkpoint' }).click(),
    ]);
    const path = join(folder, 'walker.safetensors');
    await download.saveAs(path);
    return readCheckpoint(path).parameters;
  };

  it(
    'it comes to the same first roll-out and, but for rounding, to the same networks as on the processor',
    async () => {
      const { page, complaints, asked } = await open('&gpu');
      const device = page.getByLabel('Learns on');
      await device.waitFor();
      expect(await device.locator('option').allInnerTexts()).toEqual([
        'whichever is faster',
        'CPU (WASM)',
        'GPU (WebGPU)',
      ]);
      await device.selectOption('gpu');
      const onGpu = await learn(page);
      await page.getByText(/The GPU \(WebGPU\) computes 3 of 3 graphs/).waitFor();
      const { rollouts, checkpoints } = await learnInNode({ seed: 1, settings });
      expect(await page.evaluate(() => shown.rollouts)).toEqual(rollouts.slice(0, 1));
      const path = join(folder, 'node.safetensors');
      writeFileSync(path, checkpoints.at(-1)!);
      const onCpu = readCheckpoint(path).parameters;
      let worst = 0;
      for (const [name, values] of Object.entries(onCpu))
        for (const [index, value] of values.entries()) worst = Math.max(worst, Math.abs(onGpu[name]![index]! - value));
      console.log(`after 2 minibatches on SwiftShader no parameter is further from the processor's than ${worst}`);
      expect(worst).toBeGreaterThan(0);
      expect(worst).toBeLessThan(1e-3);
      expect(complaints).toEqual([]);
      expect(asked.filter((path) => path.startsWith('/gpu/'))).toContain('/gpu/onnxruntime.wasm');
      await page.context().close();
    },
    MILLISECONDS,
  );

  it('nothing is to be chosen, and nothing of it fetched, where the page has no build for GPUs', async () => {
    const { page, asked } = await open('');
    await page.getByRole('button', { name: 'Learn to walk', exact: true }).waitFor();
    await page.waitForTimeout(500);
    expect(await page.getByLabel('Learns on').isVisible()).toBe(false);
    expect(asked.filter((path) => path.startsWith('/gpu/'))).toEqual([]);
    await page.context().close();
  });
});
