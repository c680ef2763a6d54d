/** Edits of a text file as a unified diff: what `diff -u` would show, made from the edits themselves. */
import type { Edit } from './edit.ts';

/** Lines shown before and after each change. */
const CONTEXT = 3;

interface Hunk {
  /** Lines [first, past) of the old text, and what stands there in the new one. */
  readonly first: number;
  readonly past: number;
  readonly added: readonly string[];
}

/**
 * @param before the old text, one character a byte; undefined where there was no file
 * @param edits of the old text, not overlapping; of a new file, one that inserts all of it
 * @returns the diff as people read it, decoded; empty where nothing changes
 */
export function unifiedDiff(path: string, before: string | undefined, edits: readonly Edit[]): string {
  if (edits.length === 0) return '';
  const old = before ?? '';
  const starts = lineStarts(old);
  const lines = starts.map((at, index) => old.slice(at, starts[index + 1] ?? old.length));
  const out = [`--- ${before === undefined ? '/dev/null' : path}`, `+++ ${path}`];
  let shift = 0;
  for (const group of grouped(hunksOf(old, starts, edits))) {
    const from = Math.max(0, group[0]!.first - CONTEXT);
    const to = Math.min(lines.length, group.at(-1)!.past + CONTEXT);
    const body: string[] = [];
    let at = from;
    for (const { first, past, added } of group) {
      body.push(...lines.slice(at, first).map((line) => ` ${shown(line)}`));
      body.push(...lines.slice(first, past).map((line) => `-${shown(line)}`));
      body.push(...added.map((line) => `+${shown(line)}`));
      at = past;
    }
    body.push(...lines.slice(at, to).map((line) => ` ${shown(line)}`));
    const newCount = body.filter((line) => line[0] !== '-').length;
    out.push(`@@ -${range(from, to - from)} +${range(from + shift, newCount)} @@`, ...body);
    shift += newCount - (to - from);
  }
  return Buffer.from(out.join('\n'), 'latin1').toString('utf8');
}

function range(first: number, count: number): string {
  return `${count === 0 ? first : first + 1},${count}`;
}

const shown = (line: string) => line.replace(/\r?\n$/, '');

/** Where each line begins. */
function lineStarts(text: string): number[] {
  const starts: number[] = text === '' ? [] : [0];
  for (let at = text.indexOf('\n'); at !== -1 && at + 1 < text.length; at = text.indexOf('\n', at + 1))
    starts.push(at + 1);
  return starts;
}

function hunksOf(old: string, starts: readonly number[], edits: readonly Edit[]): Hunk[] {
  const lineOf = (at: number) =>
    Math.max(
      0,
      starts.findLastIndex((start) => start <= at),
    );
  const hunks: Hunk[] = [];
  for (const { at, end, text } of onLinesOfTheirOwn(old, edits)) {
    // Text that is put between two lines takes no line away.
    const isBetween = at === end && (at === 0 || old[at - 1] === '\n') && text.endsWith('\n');
    const first = at === old.length && isBetween ? starts.length : lineOf(at);
    const past = isBetween ? first : lineOf(Math.max(at, end - 1)) + 1;
    const [from, to] = [starts[first] ?? old.length, starts[past] ?? old.length];
    const added = old.slice(from, at) + text + old.slice(end, isBetween ? end : to);
    hunks.push({ first, past, added: added.split(/(?<=\n)/) });
  }
  return hunks;
}

/** Edits of one line as one. */
function onLinesOfTheirOwn(old: string, edits: readonly Edit[]): Edit[] {
  const merged: Edit[] = [];
  for (const edit of edits.toSorted((a, b) => a.at - b.at)) {
    const last = merged.at(-1);
    const between = last && old.slice(last.end, edit.at);
    if (last && between !== undefined && !between.includes('\n')) {
      merged[merged.length - 1] = { at: last.at, end: edit.end, text: last.text + between + edit.text };
    } else merged.push(edit);
  }
  return merged;
}

/** Hunks whose context would touch are shown as one. */
function grouped(hunks: readonly Hunk[]): Hunk[][] {
  const groups: Hunk[][] = [];
  for (const hunk of hunks) {
    const last = groups.at(-1);
    if (last && hunk.first - last.at(-1)!.past <= 2 * CONTEXT) last.push(hunk);
    else groups.push([hunk]);
  }
  return groups;
}
