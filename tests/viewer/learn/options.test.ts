import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { learningOptions } from '../../../viewer/learn/options.ts';

const settings = readFileSync(join(import.meta.dirname, '../../../viewer/learn/learn-to-walk.yaml'), 'utf8');

describe('what a page learns by', () => {
  it('is a configuration that Node takes too, for networks that respect the mirror', () => {
    const { configuration, agents } = learningOptions(settings, 1);
    expect(configuration.behavior.gaitsmith.symmetric).toBe(true);
    expect(agents).toBe(32);
  });

  it('has no held-out evaluations, which count by memory that threads share: asked for, they are refused', () => {
    const asked = settings.replace('symmetric: true', 'symmetric: true\n      evaluation_interval: 1000');
    expect(() => learningOptions(asked, 1)).toThrow(/evaluation_interval.*got 1000; expected 0/);
  });
});
