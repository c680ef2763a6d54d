/** Pieces of C# text. */

const OF_OURS = [
  '// Written by `npm run build:unity` from the world that Gaitsmith trains in. Changes belong there: a test compares',
  '// this file with it byte for byte.',
];

/** A file of the namespace Gaitsmith. @param about its first comment. @param body lines of the namespace, not indented. */
export function scriptOf(about: readonly string[], body: readonly string[]): string {
  const head = about.map((line) => `// ${line}`);
  return [...head, ...OF_OURS, '', 'using UnityEngine;', '', ...blockOf('namespace Gaitsmith', body), ''].join('\n');
}

/** A namespace, an enum, a class: its head, then what is in it. */
export function blockOf(head: string, members: readonly string[]): string[] {
  return [head, '{', ...members.flatMap(indented), '}'];
}

/** `public static readonly TYPE[] NAME = { ... };`, a row on each line. */
export function tableOf(type: string, name: string, rows: readonly string[]): string[] {
  return [
    `public static readonly ${type}[] ${name} =`,
    '{',
    ...rows.flatMap((row, at) => indented(at < rows.length - 1 ? `${row},` : row)),
    '};',
  ];
}

/** 15 or 0.1f. @throws RangeError where it is no number that C# can be told so. */
export function float(value: number): string {
  const text = String(value + 0); // no -0
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw new RangeError(`${value} is not to be written as a C# number`);
  return Number.isInteger(value) ? text : `${text}f`;
}

export function vector([x, y, z]: readonly [number, number, number]): string {
  return `new Vector3(${float(x)}, ${float(y)}, ${float(z)})`;
}

/** "ground contact", "thighL" -> "GroundContact", "ThighL". */
export function pascalCase(words: string): string {
  return words
    .split(' ')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

export function bodyNamed(name: string): string {
  return `Body.${pascalCase(name)}`;
}

/** Of one line or more. */
function indented(text: string): string[] {
  return text.split('\n').map((line) => (line === '' ? '' : `    ${line}`));
}
