/**
 * The same bytes in Node and in a browser: a page of a real one plays what Node's golden trajectories were written down from.
 *
 * Chromium is found and never downloaded (browser/chromium.ts). It gets an empty profile, and finds no address but this machine's.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page as Tab } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, launchChromium } from '../../../browser/chromium.ts';
import { loadKernel } from '../../../physics/kernel.ts';
import { goldenWalkers } from '../../envs/walker/playing.ts';
import { goldenRagdolls } from '../../physics/playing.ts';
import { Page } from '../../portable/page.ts';
import { type Served, servePage } from '../../portable/serve.ts';
import { because } from '../../skipping.ts';

const root = join(import.meta.dirname, '../../..');
const golden = (path: string) => readFileSync(join(root, 'tests', path), 'utf8');

describe.skipIf(because(!findChromium(), 'there is no Chromium: apt-get install chromium'))('in a browser', () => {
  let served: Served;
  let browser: Browser;
  let tab: Tab;
  const here = loadKernel().then((kernel) => new Page(kernel));

  beforeAll(async () => {
    served = await servePage();
    expect(served.needsNode).toEqual([]);
    browser = await launchChromium();
    tab = await browser.newPage();
    await tab.goto(served.address);
    console.log(`in Chromium ${browser.version()}, beside Node ${process.version}`);
  });

  afterAll(async () => {
    await browser?.close();
    served?.close();
  });

  /** Asks the page what `Page` can be asked for. */
  function ask<Asked extends 'ragdolls' | 'walkers' | 'functions' | 'massFrames'>(
    asked: Asked,
    argument: Parameters<Page[Asked]>[0],
  ): Promise<string[]> {
    return tab.evaluate(`opened.then((page) => page.${asked}(${JSON.stringify(argument)}))`);
  }

  it('the simulator plays the trajectories of ragdolls that were written down in Node', async () => {
    const hashes = await ask('ragdolls', goldenRagdolls);
    expect(`${hashes.join('\n')}\n`).toBe(golden('physics/golden-trajectories.txt'));
  });

  it('drives about twist and swings play as in Node', async () => {
    const options = { seeds: [1, 2, 3, 4], decisions: 60, scene: 'mixed' as const };
    expect(await ask('ragdolls', options)).toEqual(await (await here).ragdolls(options));
  });

  it.each(['unity', 'physx5'] as const)(
    'the whole environment plays the trajectories that were written down in Node in the world %s',
    async (world) => {
      const hashes = await ask('walkers', { ...goldenWalkers, world });
      expect(`${hashes.join('\n')}\n`).toBe(golden(`envs/walker/golden/${world}.txt`));
    },
  );

  it('noise, pushes and conditions drawn anew for each episode are those of Node', async () => {
    const options = {
      ...{ firstAgent: 3, agents: 3, decisions: 60, world: 'unity' as const },
      parameters: {
        ...{ observation_noise: 1, push_speed: 1, push_interval: 0.3, action_latency: 0.4, mass_jitter: 0.2 },
        friction: { sampler_type: 'gaussian' as const, sampler_parameters: { seed: -1, mean: 0.8, st_dev: 0.05 } },
      },
    };
    const hashes = await ask('walkers', options);
    expect(hashes).toEqual(await (await here).walkers(options));
    expect(hashes).not.toEqual(await ask('walkers', { ...options, parameters: {} }));
  });

  it('sine, cosine, logarithm and normal random numbers are those of Node', async () => {
    expect(await ask('functions', 100_000)).toEqual(await (await here).functions(100_000));
  });

  it('bodies put together from several shapes have the centres, axes and moments of Node', async () => {
    expect(await ask('massFrames', 1000)).toEqual(await (await here).massFrames(1000));
  });
});
