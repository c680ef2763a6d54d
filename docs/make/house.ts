/** CONTRIBUTING.md's map of the rooms and its picture of them: who imports from whom, as the code stands. */
import { type Import, roomOf } from './imports.ts';
import type { Room } from './rooms.ts';

/** The map: a row for each room, from the top of the house down, with the rooms that its files import from today. */
export function mapOf(rooms: readonly Room[], imports: readonly Import[]): string {
  const arrows = arrowsOf(rooms, imports);
  const rows = rooms.map(({ name, about }) => [`\`${name}/\``, about, [...arrows.get(name)!].join(', ')]);
  return tableText(['folder', 'what lives there', 'imports from'], rows.reverse());
}

/** The picture, in Mermaid: an arrow is left out where another way leads there, so that the house can be seen. */
export function pictureOf(rooms: readonly Room[], imports: readonly Import[]): string {
  const arrows = arrowsOf(rooms, imports);
  const reach = (from: string, reached = new Set<string>()): Set<string> => {
    for (const to of arrows.get(from)!) if (!reached.has(to)) reach(to, reached.add(to));
    return reached;
  };
  const lines = [...arrows].flatMap(([from, tos]) =>
    [...tos]
      .filter((to) => ![...tos].some((other) => other !== to && reach(other).has(to)))
      .map((to) => `  ${idOf(from)} --> ${idOf(to)}`),
  );
  const names = rooms.map(({ name }) => `  ${idOf(name)}["${name}/"]`);
  return ['```mermaid', 'flowchart TD', ...names.reverse(), ...lines.reverse(), '```'].join('\n');
}

/** By the name of each room: the others that its files import from, in the order of the house. */
function arrowsOf(rooms: readonly Room[], imports: readonly Import[]): Map<string, Set<string>> {
  const pairs = imports.map(({ from, to }) => [roomOf(from, rooms)?.name, roomOf(to, rooms)?.name]);
  return new Map(
    rooms.map(({ name }) => {
      const known = new Set(pairs.filter(([from, to]) => from === name && to !== name).map(([, to]) => to));
      return [name, new Set(rooms.map((room) => room.name).filter((other) => known.has(other)))];
    }),
  );
}

function idOf(name: string): string {
  return name.replaceAll(/[^a-z]/g, '_');
}

/** A Markdown table with columns as wide as their longest cell. */
export function tableText(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)].join('\n');
}
