/**
 * What of a Markdown page can be checked: its anchors, its links, and the commands that it shows.
 *
 * Anchors are those of GitHub; the site (docs/.vitepress/config.ts) makes the same, so that one link serves both.
 */

export interface Link {
  /** As it is written: "runs.md#tensorboard". */
  readonly target: string;
  /** From 1. */
  readonly line: number;
}

/** A command as a reader would type it, without what stands before `npm` or behind a `#`. */
export interface CommandShown {
  readonly text: string;
  readonly line: number;
}

/** `## What happens` -> "what-happens": lower case, spaces as hyphens, all signs but - and _ left out. */
export function anchorOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
}

/** The anchors of a page; of several headings that are alike the second one has "-1" behind it, and so on. */
export function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>();
  for (const { text } of linesOf(page)) {
    const heading = /^#{1,6} +(.*)$/.exec(text)?.[1];
    if (heading === undefined) continue;
    const plain = anchorOf(heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1'));
    let anchor = plain;
    for (let more = 1; anchors.has(anchor); more++) anchor = `${plain}-${more}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** Links and pictures, wherever they lead; what stands in code is none. */
export function linksOf(page: string): Link[] {
  return linesOf(page).flatMap(({ text, line }) =>
    [...text.replaceAll(/`[^`]*`/g, '``').matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => ({
      target: target!,
      line,
    })),
  );
}

/** Every command that begins with `npm run` or `npx gaitsmith`: a line of a block of code, or code within a sentence. */
export function commandsIn(page: string): CommandShown[] {
  const whole = page.replaceAll(/\\\n\s*/g, (broken) => '\u0000'.repeat(broken.split('\n').length - 1));
  let line = 0;
  return whole.split('\n').flatMap((text) => {
    const at = ++line;
    line += text.split('\u0000').length - 1;
    const isBlock = /^ {4,}\S/.test(text) || /^\s*(npm run|npx gaitsmith) /.test(text);
    const shown = isBlock ? [text] : [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code!);
    return shown.flatMap((code) => {
      const command = /^\s*(?:\$ )?((?:npm run|npx gaitsmith) .*)$/.exec(code.replaceAll('\u0000', ' '))?.[1];
      return command ? [{ text: command.replace(/\s+#.*$/, '').trim(), line: at }] : [];
    });
  });
}

/** Words as a shell would hand them on: quotes hold spaces together. */
export function wordsOf(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => (double ?? single ?? plain)!,
  );
}

/** The lines that are no blocks of code, with their numbers. */
function linesOf(page: string): { readonly text: string; readonly line: number }[] {
  let fence = '';
  return page.split('\n').flatMap((text, at) => {
    const mark = /^\s*(```+|~~~+)/.exec(text)?.[1] ?? '';
    const wasFenced = fence !== '';
    if (mark !== '' && fence === '') fence = mark;
    else if (mark !== '' && mark.startsWith(fence)) fence = '';
    return wasFenced || mark !== '' || /^ {4,}\S/.test(text) ? [] : [{ text, line: at + 1 }];
  });
}
