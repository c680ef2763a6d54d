/** No function that engines round each in their own way is called where a state, an observation or a reward comes from. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** ECMAScript has these exact; every other function of `Math` is an approximation of the engine's own, and so is `**`. */
const exact = ['abs', 'ceil', 'floor', 'fround', 'imul', 'max', 'min', 'round', 'sign', 'sqrt', 'trunc', 'clz32'];
const constants = ['PI', 'SQRT1_2', 'SQRT2', 'E', 'LN2', 'LN10', 'LOG2E', 'LOG10E'];

/** Folders with their own modules, and files, that trajectories are made by. */
const places = [
  'base/exact-functions.ts',
  'base/random',
  'bench/random-ragdolls.ts',
  'envs/sampler.ts',
  'envs/walker',
  'envs/walker/physx',
  'physics',
  'viewer/simulation',
];

/** What is inexact in a source, line by line. */
function inexactIn(source: string): string[] {
  return source.split('\n').flatMap((line, at) => {
    // Not in comments; powers of two whole numbers are constants.
    const code = line.replace(/^\s*(?:\/\*\*|\*|\/\/).*$/, '').replace(/\s\/\/ .*$/, '');
    const functions = [...code.matchAll(/\bMath\.(\w+)/g)].filter(
      ([, name]) => !exact.includes(name!) && !constants.includes(name!),
    );
    const powers = [...code.matchAll(/([\w.\])]+) \*\* ([\w.]+)/g)].filter(
      ([, base, power]) => !/^2$/.test(base!) || !/^\d/.test(power!),
    );
    return [...functions, ...powers].map(([found]) => `${at + 1}: ${found}`);
  });
}

function sourcesOf(place: string): string[] {
  if (place.endsWith('.ts')) return [place];
  return readdirSync(join(root, place))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${place}/${file}`);
}

describe('numbers that trajectories are made of', () => {
  it('come from functions that every engine rounds alike', () => {
    const paths = places.flatMap(sourcesOf);
    expect(paths.length).toBeGreaterThan(40);
    const inexact = paths.flatMap((path) =>
      inexactIn(readFileSync(join(root, path), 'utf8')).map((line) => `${path}:${line}`),
    );
    expect(inexact).toEqual([]);
  });

  it('an inexact function and a power are found, in code and not in comments', () => {
    expect(inexactIn('const a = Math.hypot(1, 2);')).toEqual(['1: Math.hypot']);
    expect(inexactIn('const a = 1;\nconst b = r ** 3;')).toEqual(['2: r ** 3']);
    expect(inexactIn(' * Math.sin may differ\n// and x ** 3\nconst most = 2 ** 32; // not Math.pow')).toEqual([]);
  });
});
