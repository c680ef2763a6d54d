/** The page of another character than the Walker, in a real browser. Pictures are left in dist/viewer-pictures. */
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, launchChromium } from '../../../browser/chromium.ts';
import { jsonOfCharacter } from '../../../envs/ragdoll/open.ts';
import { exportActor } from '../../../export/export-actor.ts';
import { encodeModel } from '../../../onnx/encode.ts';
import { Normaliser } from '../../../train/policy/normaliser.ts';
import { initialParameters } from '../../../train/policy/policy.ts';
import { buildPage, builtPage, isBuilt } from '../../../viewer/server/build.ts';
import { type ServedPolicy, servedPolicies } from '../../../viewer/server/policies.ts';
import { type Served, servePage } from '../../../viewer/server/serve.ts';
import { because } from '../../skipping.ts';

const root = join(import.meta.dirname, '../../..');
const pictures = join(root, 'dist/viewer-pictures');
/** Unity's own policy: not part of the project, so not always there. */
const unityCrawler = resolve(root, '../shared/reference/Crawler-unity.onnx');

describe.skipIf(because(!findChromium(), 'no chromium on the PATH: apt-get install chromium'))(
  "a character's page",
  () => {
    let browser: Browser;
    const complaints: string[] = [];
    const served: Served[] = [];

    beforeAll(async () => {
      mkdirSync(pictures, { recursive: true });
      if (!isBuilt(builtPage)) await buildPage({ out: builtPage, base: './' });
      browser = await launchChromium({ paints: true });
    }, 600_000);
    afterAll(async () => {
      await browser?.close();
      for (const each of served) each.close();
    });

    /** In a pause, begun. */
    async function pageOf(name: string, policies: () => readonly ServedPolicy[]): Promise<Page> {
      const character = jsonOfCharacter(join(root, 'rigs', name));
      const serving = await servePage({
        ...{ folder: builtPage, port: 0, start: policies()[0]!.id },
        policies,
        character,
      });
      served.push(serving);
      const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
      page.setDefaultTimeout(100_000);
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(`${serving.address}?paused&quality=3&theme=light`);
      await page.waitForFunction('globalThis.gaitsmith?.latest() !== undefined', undefined, { polling: 100 });
      return page;
    }

    async function advance(page: Page, steps: number): Promise<number[]> {
      await page.evaluate(`(() => {
        globalThis.wanted = gaitsmith.latest().step + ${steps};
        gaitsmith.session.advance(${steps});
      })()`);
      await page.waitForFunction('gaitsmith.latest().step >= globalThis.wanted', undefined, { polling: 50 });
      return page.evaluate('[...gaitsmith.latest().poses]');
    }

    it('shows whose it is: its numbers by their names, its range of speeds, its body, and none of the Walker', async () => {
      const network = { observationSize: 64, actionSize: 9, hiddenUnits: 8, layers: 1 };
      const actor = { network, parameters: initialParameters(network, 1), normaliser: new Normaliser(64) };
      const bytes = encodeModel(exportActor(actor, '0.0.0'));
      const policy = { id: 'file', name: 'worm', group: 'File', address: 'policy/file', bytes: async () => bytes };
      const page = await pageOf('worm', () => [policy]);
      const poses = await advance(page, 40);
      // 7 bodies, the target, the box.
      expect(poses).toHaveLength(9 * 7);
      expect(await page.locator('#policy option').allInnerTexts()).toEqual(['worm']);
      expect(await page.locator('#set-targetSpeed').inputValue()).toBe('10');
      await page.getByText('Observations and actions').click();
      expect(await page.locator('.numbers').innerText()).toMatch(/64 observations[\s\S]*BodySeg3[\s\S]*9 actions/);
      expect(await page.locator('#learning').count()).toBe(0);
      await page.screenshot({ path: join(pictures, 'worm.png') });
      await page.context().close();
      expect(complaints).toEqual([]);
    });

    it.skipIf(because(!existsSync(unityCrawler), `${unityCrawler} is not here, so no Crawler walks in the page`))(
      "lets Unity's Crawler walk: its body moves at least 3 m in 10 simulated seconds",
      async () => {
        const page = await pageOf('crawler', () =>
          servedPolicies(unityCrawler, [], async () => ({ bytes: new Uint8Array() }), 'rigs/crawler'),
        );
        let way = 0;
        let [x, z] = [0, 0];
        for (let second = 0; second < 10; second++) {
          const poses = await advance(page, 75);
          if (second > 0) way += Math.hypot(poses[4]! - x, poses[6]! - z);
          [x, z] = [poses[4]!, poses[6]!];
        }
        expect(way).toBeGreaterThan(3);
        expect(await page.locator('[data-reads=terms]').innerText()).toMatch(/speed 0\.\d+ · look 0\.\d+/);
        await page.getByText('Curves').click();
        await page.waitForTimeout(500);
        await page.screenshot({ path: join(pictures, 'crawler.png') });
        await page.context().close();
        expect(complaints).toEqual([]);
      },
    );
  },
);
