import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../../train/configuration/read.ts';
import { adaptedFactor } from '../../../train/learn/adaptive-rate.ts';
import { updateSettings } from '../../../train/learn/schedules.ts';

describe('an adaptive learning rate', () => {
  const settings = (learningRate: number) =>
    parseConfiguration(
      `behaviors: { W: { hyperparameters: { learning_rate: ${learningRate} }, gaitsmith: { adaptive_learning_rate: { desired_kl: 0.1, min: 1.0e-4, max: 1.0e-3 } } } }`,
      'w.yaml',
      'W',
    ).behavior;

  it('falls after an update that went too far, rises after a timid one, and stays between', () => {
    expect(adaptedFactor(settings(3e-4), 1, 0.21)).toBeCloseTo(1 / 1.5, 6);
    expect(adaptedFactor(settings(3e-4), 1, 0.04)).toBeCloseTo(1.5, 6);
    expect(adaptedFactor(settings(3e-4), 1, 0.12)).toBe(1);
  });

  it('keeps the rate within its limits', () => {
    expect(adaptedFactor(settings(3e-4), 3, 0)).toBeCloseTo(1e-3 / 3e-4, 6);
    expect(adaptedFactor(settings(1.1e-4), 1, 9)).toBeCloseTo(1e-4 / 1.1e-4, 6);
  });

  it('multiplies what the schedule says', () => {
    const update = updateSettings({ ...settings(3e-4), max_steps: 100 }, 50, 2);
    expect(update.learningRate).toBeCloseTo(3e-4, 8);
  });
});
