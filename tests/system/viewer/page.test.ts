/**
 * The page in a real browser: what people see and do there. Pictures of it are left in dist/viewer-pictures, to be looked at.
 *
 * Steps are made in a pause, so many at once, so that no test depends on how fast the machine paints.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, launchChromium } from '../../../browser/chromium.ts';
import { poseSize } from '../../../envs/walker/body-view.ts';
import { walkerRig } from '../../../envs/walker/rig.ts';
import { decodeModel } from '../../../onnx/decode.ts';
import { encodeModel } from '../../../onnx/encode.ts';
import { loadKernel } from '../../../physics/kernel.ts';
import { buildPage, builtPage, isBuilt } from '../../../viewer/server/build.ts';
import { servedPolicies } from '../../../viewer/server/policies.ts';
import { type Served, servePage } from '../../../viewer/server/serve.ts';
import { sizesOf } from '../../../viewer/server/sizes.ts';
import type { Frame } from '../../../viewer/simulation/messages.ts';
import { openPolicy } from '../../../viewer/simulation/policy.ts';
import { readReplay } from '../../../viewer/simulation/replay.ts';
import { Simulation } from '../../../viewer/simulation/simulation.ts';
import { because } from '../../skipping.ts';
import { smallPolicy } from '../../small-policies.ts';

const root = join(import.meta.dirname, '../../..');
const pictures = join(root, 'dist/viewer-pictures');
const walker = readFileSync(join(root, 'models/walker/walker.onnx'));
const desk = { width: 1280, height: 800 };
const phone = { width: 390, height: 844 };

describe.skipIf(because(!findChromium(), 'no chromium on the PATH: apt-get install chromium'))('the page', () => {
  let served: Served;
  let browser: Browser;
  /** What browsers said that they should not have, and whom they asked. */
  const complaints: string[] = [];
  const hosts = new Set<string>();

  const folder = mkdtempSync(join(tmpdir(), 'gaitsmith-page-'));
  const other = { runId: 'other', exported: join(folder, 'other.onnx'), checkpoints: [] };

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    writeFileSync(other.exported, encodeModel(smallPolicy()));
    if (!isBuilt(builtPage)) await buildPage({ out: builtPage, base: './' });
    served = await servePage({
      ...{ folder: builtPage, port: 0, start: 'walker' },
      policies: () => servedPolicies(undefined, [other], async () => ({ bytes: new Uint8Array() })),
    });
    browser = await launchChromium({ paints: true });
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    served?.close();
    rmSync(folder, { recursive: true });
  });

  /** A page that has begun, in a pause. */
  async function open(
    query = '',
    options: BrowserContextOptions & { readonly isStrict?: boolean } = {},
  ): Promise<Page> {
    const { isStrict = true, ...context } = options;
    const page = await (await browser.newContext({ viewport: desk, ...context })).newPage();
    page.setDefaultTimeout(100_000);
    page.on('request', (request) => hosts.add(new URL(request.url()).host || 'no host'));
    if (isStrict) {
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
    }
    await page.goto(`${served.address}?paused&quality=3&theme=light${query}`);
    return page;
  }

  async function begun(query = '', options: Parameters<typeof open>[1] = {}): Promise<Page> {
    const page = await open(query, options);
    await page.waitForFunction('globalThis.gaitsmith?.latest() !== undefined', undefined, { polling: 100 });
    return page;
  }

  /** Where everybody is after so many more physics steps. */
  async function advance(page: Page, steps: number): Promise<Pick<Frame, 'step' | 'standings'> & { poses: number[] }> {
    await page.evaluate(`(() => {
      globalThis.wanted = gaitsmith.latest().step + ${steps};
      gaitsmith.session.advance(${steps});
    })()`);
    await page.waitForFunction('gaitsmith.latest().step >= globalThis.wanted', undefined, { polling: 50 });
    return page.evaluate(
      '(({ step, standings, poses }) => ({ step, standings, poses: [...poses] }))(gaitsmith.latest())',
    );
  }

  /** Where a body is on the page, in pixels. */
  const placeOf = (page: Page, body: number): Promise<{ x: number; y: number }> =>
    page.evaluate(`(() => {
      const { stage } = gaitsmith;
      stage.draw(performance.now() + 1000);
      const { x, y } = stage.placeOf(0, ${body}).project(stage.camera);
      return { x: ((x + 1) / 2) * stage.canvas.clientWidth, y: ((1 - y) / 2) * stage.canvas.clientHeight };
    })()`);

  it('lets the shipped policy walk: its hips move at least 3 m in 10 simulated seconds', async () => {
    const page = await begun();
    expect(await page.locator('#policy').inputValue()).toBe('walker');
    let way = 0;
    let [x, z] = [0, 0];
    for (let second = 0; second < 10; second++) {
      const { poses } = await advance(page, 75);
      if (second > 0) way += Math.hypot(poses[4]! - x, poses[6]! - z);
      [x, z] = [poses[4]!, poses[6]!];
    }
    expect(way).toBeGreaterThan(3);
    const held = Number.parseFloat(await page.locator('[data-reads=speed]').innerText());
    expect(held).toBeGreaterThan(0.3);
    await page.screenshot({ path: join(pictures, 'desk.png') });
    await page.keyboard.press('d');
    await page.waitForTimeout(500);
    await page.screenshot({ path: join(pictures, 'dark.png') });
    await page.context().close();
  });

  it('pulls a body that is dragged, and puts the target where the ground is clicked', async () => {
    const head = walkerRig.bodies.findIndex(({ name }) => name === 'head');
    const free = await begun();
    const undragged = await advance(free, 40);
    await free.context().close();
    const page = await begun();
    const { x, y } = await placeOf(page, head);
    await page.mouse.move(x, y);
    await page.mouse.down();
    // To the side: a walker that stands upright is lifted only by a pull of more than its weight.
    await page.mouse.move(x - 200, y, { steps: 4 });
    const { poses } = await advance(page, 40);
    await page.screenshot({ path: join(pictures, 'dragged.png') });
    await page.mouse.up();
    const way = [4, 5, 6].map((part) => poses[head * poseSize + part]! - undragged.poses[head * poseSize + part]!);
    expect(Math.hypot(...way)).toBeGreaterThan(0.5);

    const target = walkerRig.bodies.length * poseSize;
    const before = (await advance(page, 1)).poses.slice(target + 4, target + 7);
    await page.mouse.click(420, 640);
    const after = (await advance(page, 1)).poses.slice(target + 4, target + 7);
    expect(Math.hypot(after[0]! - before[0]!, after[2]! - before[2]!)).toBeGreaterThan(0.3);
    await page.context().close();
  });

  it('shows two policies side by side from the same seed, and the moment they part', async () => {
    const page = await begun('&compare=run%3Aother');
    await advance(page, 150);
    await page.waitForTimeout(500);
    const told = await page.locator('.parting').innerText();
    expect(told).toMatch(/Parted after 0\.\d\d s, 10 cm apart after \d+\.\d\d s/);
    await page.screenshot({ path: join(pictures, 'side-by-side.png') });
    await page.context().close();
    const same = await begun('&compare=walker');
    await advance(same, 50);
    expect(await same.locator('.parting').innerText()).toContain('The same to the last bit');
    await same.context().close();
  });

  it.each([
    ['that is no ONNX', 'notes.onnx', () => new TextEncoder().encode('not a model'), /notes\.onnx: .*ONNX/i],
    [
      'of another size',
      'worm.onnx',
      () => reshaped(),
      /no policy of ML-Agents' Walker.*expected obs_0 \[batch, 243\]/s,
    ],
    ['with an operator that there is not', 'odd.onnx', () => renamed('Frobnicate'), /Frobnicate/],
    ['of a replay that is none', 'odd.json', () => new TextEncoder().encode('{}'), /this is no replay/],
  ])('tells what is wrong with a file %s, and goes on walking', async (_, name, bytes, expected) => {
    const page = await begun();
    await page
      .locator('input[type=file]')
      .setInputFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes()) });
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.innerText()).toMatch(expected);
    if (name === 'notes.onnx') await page.screenshot({ path: join(pictures, 'broken-file.png') });
    const { step } = await advance(page, 5);
    expect(step).toBeGreaterThanOrEqual(5);
    await page.context().close();
  });

  it('says what is missing where there is no WebGL, and where there is no SIMD', async () => {
    const page = await (await browser.newContext()).newPage();
    await page.addInitScript('HTMLCanvasElement.prototype.getContext = () => null');
    await page.goto(served.address);
    expect(await page.getByRole('alert').innerText()).toMatch(/no WebGL.*What to do/s);
    await page.context().close();
    const context = await browser.newContext();
    await context.route('**/simulator-*.wasm', (route) =>
      route.fulfill({ body: 'no wasm', contentType: 'application/wasm' }),
    );
    const old = await context.newPage();
    await old.goto(served.address);
    await expect
      .poll(() => old.getByRole('alert').allInnerTexts(), { timeout: 60_000 })
      .toContainEqual(expect.stringMatching(/no WebAssembly SIMD.*What to do/s));
    await context.close();
  });

  it('keeps a replay that plays again byte for byte, here and in Node', async () => {
    const page = await begun('&walkers=4&sampled=1');
    await advance(page, 30);
    await page.getByRole('button', { name: 'Push' }).click();
    await page.keyboard.press('t');
    await advance(page, 70);
    await page.locator('#keep summary').click();
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save replay' }).click();
    const text = readFileSync((await (await saved).path())!, 'utf8');
    const replay = readReplay(text, 'saved');
    expect(replay).toMatchObject({ steps: 100, walkers: 4 });
    expect(replay.inputs.map(([, { kind }]) => kind)).toEqual(['push', 'throw']);

    const policy = await openPolicy(walker, 'walker');
    expect(policy.hash).toBe(replay.policies[0]!.hash);
    const here = new Simulation(await loadKernel(), [policy], replay);
    for (const inputs = [...replay.inputs]; here.steps < replay.steps; await here.step())
      while (inputs[0] && inputs[0][0] <= here.steps) here.apply(inputs.shift()![1]);
    expect(here.hash).toBe(replay.hash);

    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'a.replay.json', mimeType: 'application/json', buffer: Buffer.from(text) });
    await expect
      .poll(() => page.locator('#kept').innerText(), { timeout: 60_000 })
      .toContain(`the same to the last bit: hash ${replay.hash}`);
    await page.context().close();
  });

  it('has sliders that change the world, and the address with it', async () => {
    const [free, page] = [await begun(), await begun()];
    for (const [name, value] of [
      ['latency', '1'],
      ['motors', '0.5'],
    ]) {
      await page.locator(`#set-${name}`).fill(value!);
      expect(await page.locator(`output[for=set-${name}]`).innerText()).toMatch(
        new RegExp(`^${Number(value).toFixed(1)}`),
      );
    }
    expect(new URL(page.url()).search).toMatch(/latency=1.*motors=0\.5|motors=0\.5.*latency=1/);
    const [{ poses }, { poses: changed }] = [await advance(free, 40), await advance(page, 40)];
    expect(changed).not.toEqual(poses);
    await page.getByRole('button', { name: 'As usual' }).click();
    expect(await page.locator('output[for=set-latency]').innerText()).toMatch(/^0/);
    await free.context().close();
    await page.context().close();
  });

  it('records a WebM film, which the browser plays', async () => {
    const page = await begun();
    await page.locator('#keep summary').click();
    await page.getByRole('button', { name: 'Record', exact: true }).click();
    for (let pictures = 0; pictures < 4; pictures++) {
      await advance(page, 10);
      await page.waitForTimeout(300);
    }
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Stop recording' }).click();
    const download = await saved;
    expect(download.suggestedFilename()).toBe('walker.webm');
    const bytes = readFileSync((await download.path())!);
    const played = (await page.evaluate(`(async () => {
      const data = Uint8Array.from(atob(${JSON.stringify(bytes.toString('base64'))}), (letter) => letter.charCodeAt(0));
      const video = document.createElement('video');
      video.muted = true;
      video.src = URL.createObjectURL(new Blob([data], { type: 'video/webm' }));
      await new Promise((ready, failed) => { video.onloadeddata = ready; video.onerror = () => failed(video.error); });
      return { width: video.videoWidth, height: video.videoHeight };
    })()`)) as { width: number; height: number };
    expect(played.width / played.height).toBeCloseTo(desk.width / desk.height, 1);
    await page.context().close();
  });

  it('records a GIF, which the browser plays', async () => {
    const page = await begun();
    await page.locator('#keep summary').click();
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Record GIF' }).click();
    for (let pictures = 0; pictures < 3; pictures++) {
      await advance(page, 10);
      await page.waitForTimeout(300);
    }
    await page.getByRole('button', { name: 'Stop GIF' }).click();
    const bytes = readFileSync((await (await saved).path())!);
    writeFileSync(join(pictures, 'walker.gif'), bytes);
    const played = (await page.evaluate(`(async () => {
      const data = Uint8Array.from(atob(${JSON.stringify(bytes.toString('base64'))}), (letter) => letter.charCodeAt(0));
      const decoder = new ImageDecoder({ data, type: 'image/gif' });
      await Promise.all([decoder.tracks.ready, decoder.completed]);
      const { frameCount, repetitionCount } = decoder.tracks.selectedTrack;
      const { image } = await decoder.decode({ frameIndex: frameCount - 1 });
      return { frameCount, repetitionCount, width: image.displayWidth, seconds: (image.timestamp + image.duration) / 1e6 };
    })()`)) as { frameCount: number; repetitionCount: number; width: number; seconds: number };
    expect(played).toMatchObject({ repetitionCount: Number.POSITIVE_INFINITY, width: 480 });
    expect(played.frameCount).toBeGreaterThanOrEqual(3);
    expect(played.seconds).toBeGreaterThan(0.5);
    await page.context().close();
  });

  it('has curves, and all numbers by name, and those that the network cuts marked', async () => {
    const page = await begun();
    await page.locator('#curves summary').click();
    await page.locator('#numbers summary').click();
    await advance(page, 100);
    await page.waitForTimeout(1500);
    await advance(page, 5);
    await expect.poll(() => page.locator('.uplot').count(), { timeout: 30_000 }).toBe(4);
    expect(await page.locator('#numbers tbody tr').count()).toBe(243 + 39);
    expect(await page.locator('#numbers .hint').innerText()).toMatch(/\d+ of 243 beyond ±5/);
    await page.locator('#walk summary').click();
    await page.locator('#hands summary').click();
    await page.waitForTimeout(500);
    await page.screenshot({ path: join(pictures, 'curves-and-numbers.png') });
    await page.context().close();
  });

  it('fits a phone: nothing is beside the screen, and the panel opens', async () => {
    const page = await begun('', { viewport: phone, isMobile: true, hasTouch: true });
    await advance(page, 80);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(phone.width);
    for (const button of await page.locator('.transport button:visible').all()) {
      const { x, width } = (await button.boundingBox())!;
      expect(x, await button.innerText()).toBeGreaterThanOrEqual(0);
      expect(x + width, await button.innerText()).toBeLessThanOrEqual(phone.width);
    }
    await page.waitForTimeout(500);
    await page.screenshot({ path: join(pictures, 'phone.png') });
    expect(await page.locator('aside').isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Panel' }).tap();
    expect(await page.locator('#policy').isVisible()).toBe(true);
    await page.waitForTimeout(300);
    await page.screenshot({ path: join(pictures, 'phone-panel.png') });
    await page.context().close();
  });

  it.each(['light', 'dark'])('has no serious fault by axe-core in its %s theme', async (theme) => {
    const page = await begun(`&theme=${theme}`.replace('&theme=light', ''));
    if (theme === 'dark') await page.keyboard.press('d');
    await page.locator('#curves summary').click();
    await page.locator('#numbers summary').click();
    await page.locator('#keep summary').click();
    await page.evaluate(readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8'));
    const { violations } = await page.evaluate<{
      violations: { id: string; impact: string; nodes: { html: string }[] }[];
    }>('axe.run()');
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)).toEqual([]);
    await page.context().close();
  });

  it('is smaller than 7 MB as a host sends it, and has relative addresses', () => {
    const { gzipped } = sizesOf(builtPage);
    console.log(`the page by gzip: ${(gzipped / 1e6).toFixed(2)} MB`);
    expect(gzipped).toBeLessThan(7e6);
    expect(readFileSync(join(builtPage, 'index.html'), 'utf8')).not.toMatch(/(?:src|href)="(?:\/|https?:)/);
  });

  it('asked nobody but its own server, and said nothing in the console that it should not', () => {
    expect([...hosts].filter((host) => host !== 'no host')).toEqual([new URL(served.address).host]);
    expect(complaints).toEqual([]);
  });
});

/** The shipped walker with an operator that nobody knows. */
function renamed(operator: string): Uint8Array {
  const model = decodeModel(walker, 'walker.onnx');
  const nodes = model.graph.nodes.map((node, at) => (at === 0 ? { ...node, op: operator } : node));
  return encodeModel({ ...model, graph: { ...model.graph, nodes } });
}

/** The shipped walker, saying that it wants fewer observations. */
function reshaped(): Uint8Array {
  const model = decodeModel(walker, 'walker.onnx');
  const inputs = model.graph.inputs.map((input) =>
    input.name === 'obs_0' ? { ...input, shape: ['batch', 64] } : input,
  );
  return encodeModel({ ...model, graph: { ...model.graph, inputs } });
}
