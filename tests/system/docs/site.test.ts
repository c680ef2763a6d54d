/** `npm run build:site` makes a site: every page, links and anchors that lead somewhere in it, and a search that finds. */
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sections, sitePath } from '../../../docs/make/site.ts';
import { because } from '../../skipping.ts';

const root = join(import.meta.dirname, '../../..');
const browser = (process.env.PATH ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'chromium'))
  .find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

describe('the site', () => {
  const site = mkdtempSync(join(tmpdir(), 'gaitsmith-site-'));
  const read = (path: string) => readFileSync(join(site, path), 'utf8');
  beforeAll(() => {
    const vitepress = join(root, 'node_modules/vitepress/bin/vitepress.js');
    execFileSync(process.execPath, [vitepress, 'build', 'docs', '--outDir', site], { cwd: root, stdio: 'pipe' });
  }, 300_000);
  afterAll(() => rmSync(site, { recursive: true, force: true }));

  /** The file of an address such as /runs or /, undefined where there is none. */
  function fileOf(address: string): string | undefined {
    const path = decodeURI(address).replace(/^\//, '');
    return [path, `${path}.html`, join(path, 'index.html')].find(
      (each) => each !== '' && existsSync(join(site, each)) && !each.endsWith('/') && /\.\w+$/.test(each),
    );
  }

  it('has every page of its table of contents', () => {
    const pages = sections.flatMap((section) => section.pages.map(({ path }) => sitePath(path)));
    for (const page of pages) expect(existsSync(join(site, page.replace(/\.md$/, '.html'))), page).toBe(true);
  });

  it('leads nowhere that is not there: each link to a page of it, and each anchor', () => {
    const pages = readdirSync(site, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.html'));
    const broken = pages.flatMap((page) =>
      [...read(page).matchAll(/<a [^>]*href="([^"]*)"/g)].flatMap(([, href]) => {
        if (/^[a-z]+:/.test(href!)) return [];
        const [address, anchor] = href!.split('#');
        const file = address === '' ? page : fileOf(address!);
        if (file === undefined) return [`${page}: ${href}`];
        const isThere = !anchor || read(file).includes(`id="${decodeURI(anchor)}"`);
        return isThere ? [] : [`${page}: ${href}`];
      }),
    );
    expect(broken).toEqual([]);
  });

  it.skipIf(because(!browser, 'no chromium on the PATH: apt-get install chromium'))(
    'finds the page about rollback in a browser',
    async () => {
      const types: Readonly<Record<string, string>> = { html: 'text/html', js: 'text/javascript', css: 'text/css' };
      const server = createServer(({ url }, response) => {
        const file = fileOf(new URL(url!, 'http://site').pathname);
        response.writeHead(file ? 200 : 404, { 'content-type': types[file?.split('.').at(-1) ?? ''] ?? 'text/plain' });
        response.end(file && readFileSync(join(site, file)));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const opened = await chromium.launch({ executablePath: browser!, args: ['--no-sandbox'] });
      try {
        const page = await opened.newPage();
        const errors: string[] = [];
        page.on('pageerror', (error) => errors.push(error.message));
        await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
        await page.getByRole('button', { name: 'Search' }).first().click();
        await page.locator('.search-input').fill('rollback');
        await page.locator('.result[href*="deploying"]').first().click();
        await page.getByRole('heading', { level: 1, name: 'Deploying into a Unity project' }).waitFor();
        expect(errors).toEqual([]);
      } finally {
        await opened.close();
        server.close();
      }
    },
  );
});
