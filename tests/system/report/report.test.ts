/** Reports in a real Chromium: in light, in dark, on a phone and on paper; nothing asked for, nothing run, nothing out of reach. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeAtomically } from '../../../base/files/write-atomically.ts';
import { findChromium, launchChromium } from '../../../browser/chromium.ts';
import { walkerShown } from '../../../envs/walker/looks.ts';
import { sheetOf } from '../../../film/film.ts';
import type { RunFiles } from '../../../report/read-run.ts';
import { readRun } from '../../../report/read-run.ts';
import { runPage } from '../../../report/run-page.ts';
import { writeComparison, writeReport } from '../../../report/write-report.ts';
import { standing } from '../../film/standing.ts';
import { evaluation, metricsOf, newFolder, recordOf, removeRuns, runWith } from '../../report/run-files.ts';
import { because } from '../../skipping.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8');
const evil = '<script>document.title = "run"</script><img src=x onerror="document.title = 1">';

const files: Record<string, unknown> = {
  'metrics.jsonl': `${metricsOf([1, 5, 3, 9], { seconds: { physics: 1, inference: 1, learning: 2, all: 5 }, meanSpeed: 1, targetSpeed: 3, actorGradientNorm: 1, criticGradientNorm: 2 })}{"step":4000,"evaluation":{"reward":7,"rewardInterval":2,"conditions":[{"name":"target speed 0.1-2 m/s","reward":9}]}}\n`,
  'config.yaml': 'behaviors: { Walker: { trainer_type: ppo, max_steps: 4000, hyperparameters: { batch_size: 512 } } }',
  'run.json': {
    format: 1,
    run: 'walk',
    stages: {
      train: recordOf({ summary: evil, warnings: [evil] }),
      export: recordOf({ status: 'failed', reason: evil }),
    },
  },
  'evaluation.json': evaluation,
  'regression.json': {
    verdict: 'pass',
    policy: 'p',
    sha256: 'b'.repeat(64),
    baseline: { policy: 'b', sha256: 'c'.repeat(64) },
    margin: 0.1,
    checks: [{ name: 'behaviour', verdict: 'pass', message: 'walks' }],
  },
};

describe.skipIf(because(!findChromium(), 'no Chromium here: apt-get install chromium'))('in Chromium', () => {
  let browser: Browser;
  const pages: Record<string, string> = {};
  beforeAll(async () => {
    browser = await launchChromium();
    const folder = newFolder();
    const runs = [1, 2].map((seed) => runWith(files, `walk-seed${seed}`, folder)) as [RunFiles, RunFiles];
    const empty = runWith({}, 'empty', folder);
    await writeReport(empty, { episodes: 0, quick: true });
    await writeComparison([...runs, empty], join(folder, 'comparison.html'));
    const sheet = {
      bytes: sheetOf(
        [{ shown: walkerShown, speed: 1, poses: [standing], fellAfter: null, walked: 0, lasted: 1, tries: 1 }],
        64,
      ),
      alternative: 'a walker that stands',
    };
    writeAtomically(runs[0].report, runPage(readRun(runs[0]), sheet, 'x'));
    Object.assign(pages, { run: runs[0].report, empty: empty.report, comparison: join(folder, 'comparison.html') });
  });
  afterAll(async () => {
    await browser?.close();
    removeRuns();
  });

  /** Opened, with all that it said and asked for. */
  async function opened(
    name: string,
    how: Parameters<Browser['newPage']>[0],
  ): Promise<{ page: Page; said: string[]; asked: string[] }> {
    const page = await browser.newPage(how);
    const [said, asked]: [string[], string[]] = [[], []];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(pathToFileURL(pages[name]!).href);
    return { page, said, asked: asked.slice(1).filter((url) => !url.startsWith('data:')) };
  }

  const ways = [
    ['light', { viewport: { width: 1100, height: 900 }, colorScheme: 'light' }],
    ['dark', { viewport: { width: 1100, height: 900 }, colorScheme: 'dark' }],
    ['a phone', { viewport: { width: 390, height: 844 }, colorScheme: 'light' }],
  ] as const;

  it.each(['run', 'empty', 'comparison'].flatMap((name) => ways.map(([way, how]) => [name, way, how] as const)))(
    'the page "%s" in %s asks for nothing, runs nothing, fits, and has no serious finding of axe',
    async (name, _, how) => {
      const { page, said, asked } = await opened(name, how);
      try {
        expect(said).toEqual([]);
        expect(asked).toEqual([]);
        expect(await page.title()).not.toMatch(/^(1|run)$/);
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
        // The page's own policy would keep axe out as it does every script: it comes through the debugger's world.
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() =>
          (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
        );
        const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`)).toEqual([]);
      } finally {
        await page.close();
      }
    },
  );

  it('on paper what is folded is open, the ground is white in dark, too, and nothing is cut off', async () => {
    const { page } = await opened('run', { viewport: { width: 690, height: 980 }, colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    const seen = await page.evaluate(() => ({
      ground: getComputedStyle(document.body).backgroundColor,
      folded: document.querySelector('details pre')!.getBoundingClientRect().height,
      wider: document.documentElement.scrollWidth - innerWidth,
      nav: getComputedStyle(document.querySelector('nav')!).display,
    }));
    expect(seen).toMatchObject({ ground: 'rgb(255, 255, 255)', nav: 'none', wider: 0 });
    expect(seen.folded).toBeGreaterThan(10);
    await page.close();
  });

  it('pictures in dark have lines that are seen against the ground, and letters in its ink', async () => {
    const { page } = await opened('run', { colorScheme: 'dark' });
    const colours = await page.evaluate(() => {
      const svg = document.querySelector('figure > svg')!;
      return {
        letters: getComputedStyle(svg.querySelector('text')!).fill,
        line: getComputedStyle(svg.querySelector('g[aria-label="line"] path, g[stroke^="var"] path')!).stroke,
      };
    });
    expect(colours).toEqual({ letters: 'rgb(228, 232, 238)', line: 'rgb(100, 174, 240)' });
    await page.close();
  });
});
