/**
 * The README's picture of the page and its film of 3 s, taken from the page itself, step by step:
 *
 *     node --import tsx tests/system/viewer/picture.ts
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launchChromium } from '../../../browser/chromium.ts';
import { encodeAnimation } from '../../../film/apng.ts';
import { paletteOf } from '../../../film/palette.ts';
import { buildPage, builtPage, isBuilt } from '../../../viewer/server/build.ts';
import { servedPolicies } from '../../../viewer/server/policies.ts';
import { servePage } from '../../../viewer/server/serve.ts';

const folder = join(import.meta.dirname, '../../../docs/pictures');
const framesPerSecond = 15;
const frames = 3 * framesPerSecond;
/** Physics steps before the film begins, and between two of its frames: as many as pass in that time. */
const [before, between] = [260, 5];
const colours = 128;

mkdirSync(folder, { recursive: true });
if (!isBuilt(builtPage)) await buildPage({ out: builtPage, base: './' });
const served = await servePage({
  ...{ folder: builtPage, port: 0, start: 'walker' },
  policies: () => servedPolicies(undefined, [], async () => ({ bytes: new Uint8Array() })),
});
const browser = await launchChromium({ paints: true });

/** A page in a pause, which is drawn when it is told to. */
async function open(width: number, height: number) {
  const page = await browser.newPage({ viewport: { width, height } });
  page.setDefaultTimeout(200_000);
  await page.addInitScript('globalThis.requestAnimationFrame = () => 0');
  await page.goto(`${served.address}?paused&quality=1&theme=light&seed=3&targetSpeed=1.5`);
  await page.waitForFunction('globalThis.gaitsmith?.latest() !== undefined', undefined, { polling: 100 });
  /** So many steps, then a picture of where they led; the camera follows as in so many milliseconds. */
  const advance = async (steps: number, now: number, isDrawn = true) => {
    await page.evaluate(
      `(() => { globalThis.wanted = gaitsmith.latest().step + ${steps}; gaitsmith.session.advance(${steps}); })()`,
    );
    await page.waitForFunction('gaitsmith.latest().step >= globalThis.wanted', undefined, { polling: 30 });
    if (isDrawn)
      await page.evaluate(`gaitsmith.stage.add(gaitsmith.latest().poses, ${now}); gaitsmith.stage.draw(${now} + 500)`);
  };
  return { page, advance };
}

/** A PNG's pixels, red, green and blue, as the browser itself reads them. */
const reader = await browser.newPage();
async function decoded(png: Uint8Array) {
  const read = await reader.evaluate<{ width: number; height: number; text: string }>(`(async () => {
    const bytes = Uint8Array.from(atob('${Buffer.from(png).toString('base64')}'), (letter) => letter.charCodeAt(0));
    const picture = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const { width, height } = picture;
    const context = new OffscreenCanvas(width, height).getContext('2d');
    context.drawImage(picture, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    let text = '';
    for (let at = 0; at < data.length; at += 4) text += String.fromCharCode(data[at], data[at + 1], data[at + 2]);
    return { width, height, text: btoa(text) };
  })()`);
  return { width: read.width, height: read.height, pixels: new Uint8Array(Buffer.from(read.text, 'base64')) };
}

const { page, advance } = await open(720, 405);
await page.addStyleTag({ content: 'aside, nav, .under { display: none !important } header { zoom: 0.85 }' });
await page.evaluate("dispatchEvent(new Event('resize')); gaitsmith.stage.resize(720, 405)");
const pictures = [];
for (let at = 0; at < before; at += 20) await advance(20, at * 14);
for (let frame = 0; frame < frames; frame++) {
  await advance(between, (before + frame * between) * 14);
  pictures.push(await decoded(await page.screenshot()));
  if (frame % 5 === 0) console.log(`frame ${frame + 1} of ${frames}`);
}
const palette = paletteOf(
  pictures.filter((_, at) => at % 6 === 0),
  colours,
);
const [{ width, height }] = pictures as [(typeof pictures)[0]];
const film = encodeAnimation({
  width,
  height,
  framesPerSecond,
  colours: palette.colours,
  frames: pictures.map((picture) => palette.indices(picture)),
});
writeFileSync(join(folder, 'viewer-walk.png'), film);
console.log(`viewer-walk.png: ${(film.length / 1e6).toFixed(2)} MB`);
await page.close();

const whole = await open(1280, 720);
for (let at = 0; at < before; at += 20) await whole.advance(20, at * 14, at > before - 100);
await whole.advance(5, before * 14);
await whole.page.screenshot({ path: join(folder, 'viewer.png') });
await browser.close();
served.close();
