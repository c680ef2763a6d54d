/**
 * A module of ours in a page of a headless Chromium, asked by name for what its functions give.
 *
 * The page has no network: every address is answered from memory, here, and any other one is refused and told.
 */
import { launchChromium } from './chromium.ts';

export interface PageFiles {
  /** Scripts by name, as `bundleForBrowser` makes them, and the one among them that the page loads. */
  readonly scripts: ReadonlyMap<string, string>;
  readonly entry: string;
  /** What else it may fetch, by name. */
  readonly files: Readonly<Record<string, Uint8Array>>;
}

export interface OpenPage {
  /** "Chromium 150.0.7871.114". */
  readonly browser: string;
  /**
   * What a function that the module exports gives for an argument; both are JSON.
   *
   * @throws Error of the page; and where it asked for what it was not given.
   */
  ask<Answer>(name: string, argument: unknown): Promise<Answer>;
  close(): Promise<void>;
}

/** Answered by no server: of a name that counts as secure, as WebAssembly's neighbours want it. */
const ORIGIN = 'http://localhost';

/** @throws UserError where there is no browser to open it in. */
export async function openPage({ scripts, entry, files }: PageFiles): Promise<OpenPage> {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    const refused: string[] = [];
    const document = `<!doctype html><title>Gaitsmith</title><script type="module">
globalThis.opened = import('/${entry}');
</script>`;
    await page.route('**/*', async (route) => {
      const { origin, pathname } = new URL(route.request().url());
      const name = decodeURIComponent(pathname.slice(1));
      const script = scripts.get(name);
      if (origin !== ORIGIN) refused.push(route.request().url());
      else if (pathname === '/') return route.fulfill({ contentType: 'text/html', body: document });
      else if (script !== undefined) return route.fulfill({ contentType: 'text/javascript', body: script });
      else if (files[name]) return route.fulfill({ contentType: typeOf(name), body: Buffer.from(files[name]) });
      else if (name !== 'favicon.ico') refused.push(route.request().url());
      return route.abort();
    });
    await page.goto(`${ORIGIN}/`);
    return {
      browser: `Chromium ${browser.version()}`,
      async ask<Answer>(name: string, argument: unknown) {
        const answer: Answer = await page.evaluate(
          ([asked, given]) =>
            (globalThis as unknown as Opened).opened.then((module) => module[asked as string]!(given) as never),
          [name, argument] as const,
        );
        if (refused.length > 0) throw new Error(`the page asked for ${refused.join(', ')}`);
        return answer;
      },
      close: () => browser.close(),
    };
  } catch (error) {
    await browser.close();
    throw error;
  }
}

interface Opened {
  readonly opened: Promise<Readonly<Record<string, (argument: unknown) => unknown>>>;
}

function typeOf(name: string): string {
  return name.endsWith('.wasm') ? 'application/wasm' : 'application/octet-stream';
}
