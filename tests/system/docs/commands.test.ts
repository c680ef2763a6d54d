/**
 * The cheap commands of the pages really run: as they are shown, in their order, in a folder that has the files that they
 * name, beside a Unity project.
 */
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deploy } from '../../../deploy-unity/deploy.ts';
import { commandsIn, wordsOf } from '../../../docs/make/markdown.ts';
import { exampleProject } from '../../../unity/make/make.ts';
import { pagesRead, root } from '../../docs/pages.ts';

const PAGES = ['docs/start-walker.md', 'docs/start-ci.md', 'docs/lint.md', 'docs/deploying.md', 'README.md'];

/** Which commands are cheap: by their name and the flags that make them so. */
function isCheap(words: readonly string[]): boolean {
  const [name, ...flags] = words;
  if (['lint', 'lint:policy', 'inspect'].includes(name!)) return flags.length > 0;
  return name === 'deploy' && ['--model', '--history', '--rollback'].some((flag) => flags.includes(flag));
}

/** `npm run lint:policy -- x.onnx` -> ["lint:policy", "x.onnx"]. */
function gaitsmithWords(command: string): string[] {
  const [program, ...words] = wordsOf(command);
  return program === 'npm' ? words.slice(1).filter((word, at) => !(at === 1 && word === '--')) : words.slice(1);
}

describe('the commands that pages show', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gaitsmith docs-'));
  const work = join(folder, 'gaitsmith');
  beforeAll(async () => {
    mkdirSync(work);
    const shipped = join(root, 'models/walker/walker.onnx');
    for (const name of ['walker.onnx', 'Walker.onnx', 'FILE.onnx']) copyFileSync(shipped, join(work, name));
    const game = join(folder, 'MyGame');
    cpSync(exampleProject, game, { recursive: true, filter: (path) => !/\.onnx(\.meta)?$/.test(path) });
    // What the page's first command does, and what is taken back on it.
    const asset = 'Assets/ML-Agents/Examples/Walker/TFModels/Walker.onnx';
    await deploy({ model: shipped, unityProject: game, asset, origin: { from: 'runs/shipped' } });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const pages = pagesRead();
  const shown = PAGES.flatMap((path) => commandsIn(pages.get(path)!).map(({ text }) => text));
  const cheap = [...new Set(shown)].filter((text) => isCheap(gaitsmithWords(text)));

  it('are ten at least', () => {
    expect(cheap.length).toBeGreaterThanOrEqual(10);
  });

  it.each(cheap)('%s', async (text) => {
    const [name, ...flags] = gaitsmithWords(text);
    const entry = join(root, 'pipeline/gaitsmith.ts');
    const command = name === 'lint:policy' ? 'lint' : name!;
    const words = ['--import', import.meta.resolve('tsx'), entry, command, ...flags];
    const { exitCode, stderr } = await execa(process.execPath, words, { cwd: work, reject: false });
    expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
  });
});
