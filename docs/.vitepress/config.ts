/**
 * The site that `npm run build:site` makes of the pages: docs/, and those of other folders that docs/make/site.ts lists.
 *
 * Links are written for who reads the files as they lie in the repository; here they are turned into the site's own. One to a
 * file that is no page of the site (a setting, a workflow) leads to the repository, where package.json names one, and is plain
 * text otherwise.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { defineConfig } from 'vitepress';
import { anchorOf } from '../make/markdown.ts';
import { sections, sitePath } from '../make/site.ts';

const root = join(import.meta.dirname, '../..');
const pages = sections.flatMap((section) => section.pages.map(({ path }) => path));
const { version, repository } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  version: string;
  repository?: { url?: string };
};
const sources = repository?.url?.replace(/^git\+/, '').replace(/\.git$/, '');

export default defineConfig({
  title: 'Gaitsmith',
  description: 'Train a humanoid walker in TypeScript, prove its ONNX policy and put it into a Unity project.',
  lang: 'en',
  // Pages lie in several folders; the root of them all is that of the repository.
  srcDir: '..',
  srcExclude: ['**/node_modules/**', 'tests/**', 'runs/**', 'dist/**', 'unity/com.gaitsmith/{CHANGELOG,LICENSE}.md'],
  rewrites: Object.fromEntries(pages.map((path) => [path, sitePath(path)])),
  outDir: join(root, 'dist/site'),
  cacheDir: join(root, 'node_modules/.vitepress'),
  cleanUrls: true,
  lastUpdated: false,
  themeConfig: {
    nav: [{ text: version, link: '/CHANGELOG' }],
    search: { provider: 'local' },
    outline: [2, 3],
    sidebar: sections.map(({ title, pages: own }) => ({
      text: title,
      items: own.map(({ title: text, path }) => ({ text, link: `/${sitePath(path).replace(/(index)?\.md$/, '')}` })),
    })),
  },
  markdown: {
    anchor: { slugify: anchorOf },
    config(markdown) {
      const { fence } = markdown.renderer.rules;
      markdown.renderer.rules.code_block = (tokens, at, ...rest) => {
        tokens[at]!.info = /^(\s*npm|\s*npx|\s*bash)/.test(tokens[at]!.content) ? 'sh' : '';
        return fence!(tokens, at, ...rest);
      };
      markdown.core.ruler.push('links of the repository', ({ tokens, env }) => {
        for (const token of tokens.flatMap((each) => each.children ?? [])) {
          const target = token.type === 'link_open' ? token.attrGet('href') : null;
          if (target === null || /^([a-z]+:|#)/.test(target)) continue;
          const [file, anchor] = target.split('#');
          const path = relative(root, join(dirname(env.realPath ?? env.path), file!)).replaceAll('\\', '/');
          if (pages.includes(path))
            token.attrSet('href', `/${sitePath(path)}${anchor === undefined ? '' : `#${anchor}`}`);
          else if (sources) token.attrSet('href', `${sources}/blob/main/${path}`);
          else token.attrs = [['title', path]];
        }
      });
    },
  },
});
