/** A Chromium that is on this machine already: looked for and started, never downloaded. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { UserError } from '../base/failure/user-error.ts';

/** Names a browser of the kind, where it is none of those that are looked for. */
export const BROWSER_VARIABLE = 'GAITSMITH_BROWSER';

/** Programs of the kind, as they lie on the PATH. */
const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'microsoft-edge',
  'msedge',
];

/** Where installers put them elsewhere. */
const PLACES: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  ],
};

/** No window, no network but what is answered here, nothing of its own that asks for updates. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/** Path of the first that is there and may be run; undefined where there is none. */
export function findChromium(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string | undefined {
  const named = env[BROWSER_VARIABLE];
  if (named) return isProgram(named) ? named : undefined;
  const ending = platform === 'win32' ? '.exe' : '';
  const folders = (env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const onPath = NAMES.flatMap((name) => folders.map((folder) => join(folder, name + ending)));
  return [...onPath, ...(PLACES[platform] ?? [])].find(isProgram);
}

/** @throws UserError where there is no such browser. */
export function neededChromium(env: NodeJS.ProcessEnv = process.env): string {
  const found = findChromium(env);
  if (found !== undefined) return found;
  const named = env[BROWSER_VARIABLE];
  throw new UserError({
    what: named ? 'there is no such browser' : 'no Chromium was found, and none is downloaded',
    where: named ? BROWSER_VARIABLE : undefined,
    value: named,
    expected: `${NAMES.slice(0, 4).join(', ')} or msedge on the PATH, or the path of one in ${BROWSER_VARIABLE}`,
    mend: 'install one (on Debian: apt-get install chromium), and give the same command again',
  });
}

/** WebGL that the processor paints. */
const PAINTING = ['--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist'];

/** A GPU for WebGPU that the processor plays. */
const PLAYED_GPU = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'];

/**
 * @param paints whether pages are to have WebGL.
 * @param playsGpu whether they are to have WebGPU.
 * @throws UserError where there is no such browser, it does not start, or what drives it is not installed.
 */
export async function launchChromium({ paints = false, playsGpu = false } = {}): Promise<Browser> {
  const executablePath = neededChromium();
  const { chromium } = await driver();
  const flags = paints || playsGpu ? FLAGS.filter((flag) => flag !== '--disable-gpu') : FLAGS;
  try {
    return await chromium.launch({
      executablePath,
      args: [...flags, ...(paints ? PAINTING : []), ...(playsGpu ? PLAYED_GPU : [])],
    });
  } catch (error) {
    const [line] = (error as Error).message.split('\n');
    throw new UserError(
      {
        what: 'this browser does not start',
        where: executablePath,
        value: line,
        mend: `name another one in ${BROWSER_VARIABLE}`,
      },
      { cause: error },
    );
  }
}

/** An optional package: only who asks for a browser needs it. */
async function driver(): Promise<typeof import('playwright-core')> {
  try {
    return await import('playwright-core');
  } catch (error) {
    throw new UserError(
      {
        what: 'what drives the browser is not installed: the package playwright-core',
        mend: 'npm install -D playwright-core (it brings no browser), and give the same command again',
      },
      { cause: error },
    );
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
