import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearestName } from '../../../base/failure/nearest-name.ts';

const names = ['train', 'export', 'validate', 'deploy', 'pipeline'];

test.each([
  ['exprot', 'export'],
  ['TRAIN', 'train'],
  ['valid', undefined],
  ['validte', 'validate'],
  ['pipelines', 'pipeline'],
  ['banana', undefined],
  ['', undefined],
])('%j most likely means %j', (typed, meant) => {
  expect(nearestName(typed, names)).toBe(meant);
});

test('a long name may have more mistakes than a short one', () => {
  expect(nearestName('--unity-projekt-pth', ['--unity-project-path'])).toBe('--unity-project-path');
  expect(nearestName('abc', ['xyz'])).toBeUndefined();
});

test('a name that is there is always its own nearest', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, selector: lower }),
      fc.nat(),
      (all, pick) => {
        const name = all[pick % all.length]!;
        expect(nearestName(name, all)).toBe(name);
      },
    ),
  );
});

function lower(text: string): string {
  return text.toLowerCase();
}
