/**
 * The page beside a training, in a real browser: a made-up run that grows while it is looked at. And a walker that learns in the page and
 * walks there meanwhile. Pictures are left in dist/viewer-pictures, to be looked at.
 */
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, launchChromium } from '../../../browser/chromium.ts';
import { buildPage, builtPage, isBuilt } from '../../../viewer/server/build.ts';
import { newsOf } from '../../../viewer/server/live.ts';
import { checkpointId, servedPolicies } from '../../../viewer/server/policies.ts';
import { type Served, servePage } from '../../../viewer/server/serve.ts';
import { because } from '../../skipping.ts';

const root = join(import.meta.dirname, '../../..');
const pictures = join(root, 'dist/viewer-pictures');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8');
const walker = readFileSync(join(root, 'models/walker/walker.onnx'));
const desk = { width: 1280, height: 800 };
const phone = { width: 390, height: 844 };

describe.skipIf(because(!findChromium(), 'no chromium on the PATH: apt-get install chromium'))(
  'beside a training',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'live-'));
    const metrics = join(folder, 'metrics.jsonl');
    /** Of the run, the latest first. */
    const checkpoints = ['step-000005120.safetensors'];
    let served: Served;
    let browser: Browser;
    const complaints: string[] = [];
    const hosts = new Set<string>();

    const iterate = (iteration: number) =>
      appendFileSync(
        metrics,
        `${JSON.stringify({ iteration, step: 2560 * iteration, reward: iteration * 2, episodeLength: 10 + iteration, meanSpeed: iteration / 10, decisionsPerSecond: 1234, seconds: { physics: 1, inference: 2, learning: 6, all: 10 } })}\n`,
      );

    beforeAll(async () => {
      mkdirSync(pictures, { recursive: true });
      for (let iteration = 1; iteration <= 3; iteration++) iterate(iteration);
      if (!isBuilt(builtPage)) await buildPage({ out: builtPage, base: './' });
      served = await servePage({
        ...{ folder: builtPage, port: 0, start: 'walker' },
        policies: () =>
          servedPolicies(
            undefined,
            [{ runId: 'mine', exported: undefined, checkpoints, character: undefined }],
            async () => ({
              bytes: walker,
            }),
          ),
        live: { run: 'mine', news: () => newsOf(metrics, checkpointId('mine', checkpoints[0]!), 100_000) },
      });
      browser = await launchChromium({ paints: true });
    }, 240_000);
    afterAll(async () => {
      await browser?.close();
      served?.close();
      rmSync(folder, { recursive: true });
    });

    async function begun(query = '', options: BrowserContextOptions = {}): Promise<Page> {
      const page = await (await browser.newContext({ viewport: desk, ...options })).newPage();
      page.setDefaultTimeout(100_000);
      page.on('request', (request) => hosts.add(new URL(request.url()).host || 'no host'));
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(`${served.address}?paused&quality=3${query}`);
      await page.waitForFunction('globalThis.gaitsmith?.latest() !== undefined', undefined, { polling: 100 });
      return page;
    }
    const walking = (page: Page) => page.evaluate<string>('gaitsmith.session.policy');
    /** Pixels of a curve that are neither clear nor grey, of each. */
    const coloured = (page: Page, curves: string) =>
      page.evaluate<number[]>(`[...document.querySelectorAll('${curves} canvas')].map((canvas) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let count = 0;
      for (let at = 0; at < data.length; at += 4)
        if (data[at + 3] > 100 && Math.max(data[at], data[at + 1], data[at + 2]) - Math.min(data[at], data[at + 1], data[at + 2]) > 60) count++;
      return count;
    })`);

    it.each([
      ['a desk in light', { viewport: desk, colorScheme: 'light' }],
      ['a desk in dark', { viewport: desk, colorScheme: 'dark' }],
      ['a phone', { viewport: phone, isMobile: true, hasTouch: true }],
    ] as const)(
      'on %s its curves, its speed and where its time goes are told, without a serious fault by axe-core',
      async (name, options) => {
        const page = await begun('', options);
        if (name === 'a phone') await page.getByRole('button', { name: 'Panel' }).tap();
        await page.locator('#live-told', { hasText: /mine: [\d,]+ of 100,000 decisions, 1,234 a second\./ }).waitFor();
        expect(await page.locator('#live-split').getAttribute('aria-label')).toBe(
          'Time: physics 10 %, inference 20 %, learning 60 %, rest 10 %',
        );
        await expect
          .poll(async () => Math.min(...(await coloured(page, '#live'))), { timeout: 30_000 })
          .toBeGreaterThan(50);
        const widest = await page.locator('#live .curve-plot').first().boundingBox();
        expect(widest!.x + widest!.width).toBeLessThanOrEqual(options.viewport.width);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(options.viewport.width);
        await page.screenshot({ path: join(pictures, `live-${name.replaceAll(' ', '-')}.png`) });
        await page.evaluate(axe);
        const { violations } = await page.evaluate<{
          violations: { id: string; impact: string; nodes: { html: string }[] }[];
        }>('axe.run()');
        const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)).toEqual([]);
        await page.context().close();
      },
    );

    it('its latest checkpoint walks, and gives place by itself to a later one, unless that is not wanted', async () => {
      const page = await begun();
      await expect.poll(() => walking(page), { timeout: 30_000 }).toBe('run:mine/step-000005120');
      iterate(4);
      checkpoints.unshift('step-000010240.safetensors');
      await page.locator('#live-told', { hasText: 'mine: 10,240 of' }).waitFor();
      await expect.poll(() => walking(page), { timeout: 30_000 }).toBe('run:mine/step-000010240');
      expect(await page.locator('#policy option:checked').innerText()).toBe('mine, step 10,240');
      await page.locator('#live-follow').uncheck();
      iterate(5);
      checkpoints.unshift('step-000012800.safetensors');
      await page.locator('#live-told', { hasText: 'mine: 12,800 of' }).waitFor();
      await page.waitForTimeout(3000);
      expect(await walking(page)).toBe('run:mine/step-000010240');
      await page.context().close();
    });

    it('any checkpoint is begun with by an address', async () => {
      const page = await begun('&policy=walker&compare=run:mine/step-000005120');
      expect(await page.evaluate('gaitsmith.session.open.map(({ id }) => id)')).toEqual([
        'walker',
        'run:mine/step-000005120',
      ]);
      expect(await page.locator('#compare').inputValue()).toBe('run:mine/step-000005120');
      await page.context().close();
    });

    it('a walker that learns in the page walks there, its curves are drawn in either theme, and it can be taken home', async () => {
      const page = await begun('&theme=dark');
      await page.locator('#live-follow').uncheck();
      await page.locator('#learn summary').click();
      await page.getByRole('button', { name: 'Learn to walk', exact: true }).click();
      await page.waitForFunction("gaitsmith.session.policy.startsWith('dropped:learnt-')", undefined, {
        polling: 500,
        timeout: 200_000,
      });
      await expect
        .poll(() => page.locator('#learning [role=status]').innerText(), { timeout: 200_000 })
        .toMatch(/Learning: [\d,]+ decisions in .*; reward -?[\d.]+; [\d,]+ decisions a second/);
      const inkOf = () =>
        page.evaluate<string>("getComputedStyle(document.querySelector('#learning [role=status]')).color");
      expect(await inkOf()).toBe('rgb(232, 237, 243)');
      await page.screenshot({ path: join(pictures, 'learning-dark.png') });
      await page.keyboard.press('d');
      expect(await inkOf()).toBe('rgb(28, 37, 48)');
      await page.getByRole('button', { name: 'Stop', exact: true }).click();
      await page.getByRole('button', { name: 'Go on', exact: true }).waitFor();
      const saved = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Download .onnx' }).click();
      expect(readFileSync((await (await saved).path())!).length).toBeGreaterThan(100_000);
      await page.context().close();
    }, 400_000);

    it('nobody else was asked, and nothing was complained of', () => {
      expect([...hosts].filter((host) => host !== 'no host')).toEqual([new URL(served.address).host]);
      expect(complaints).toEqual([]);
    });
  },
);
