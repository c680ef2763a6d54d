/** Serves `page.ts` to a browser on this machine: its scripts, the kernel, and one document that opens it. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { bundleForBrowser } from '../../browser/bundle.ts';

const root = join(import.meta.dirname, '../..');

export interface Served {
  /** Of the document; on a port of this machine that others do not reach. */
  readonly address: string;
  /** `file: module` where the page could not be loaded, as it asks for Node. */
  readonly needsNode: readonly string[];
  close(): void;
}

/**
 * @param does what the document does, in JavaScript, with `opened`: the promise of a `Page`.
 * @param told hears of what is posted to `/told`.
 */
export async function servePage(does = '', told: (text: string) => void = () => {}): Promise<Served> {
  const { scripts, needsNode } = await bundleForBrowser(['tests/portable/page.ts']);
  const opening = `<!doctype html><title>Golden trajectories</title><pre></pre><script type="module">
import { openPage } from '/tests/portable/page.js';
globalThis.opened = openPage();
${does}
</script>`;
  const files = new Map<string, { readonly type: string; readonly body: string | Uint8Array }>([
    ['/', { type: 'text/html', body: opening }],
    ['/simulator.wasm', { type: 'application/wasm', body: readFileSync(join(root, 'physics/simulator.wasm')) }],
  ]);
  for (const [name, body] of scripts) files.set(`/${name}`, { type: 'text/javascript', body });

  const server = createServer((request, answer) => {
    if (request.method === 'POST' && request.url === '/told') {
      let text = '';
      request.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      request.on('end', () => {
        answer.end();
        told(text);
      });
      return;
    }
    const file = files.get(request.url ?? '');
    answer.writeHead(file ? 200 : 404, file ? { 'content-type': file.type } : {}).end(file?.body);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}/`,
    needsNode,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
