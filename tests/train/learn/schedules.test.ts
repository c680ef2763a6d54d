import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../../train/configuration/read.ts';
import { checkpointInterval, scheduled, updateSettings } from '../../../train/learn/schedules.ts';

describe('a schedule', () => {
  it('is at 1.5000005e-4 half-way from 3e-4 to 1e-10, as in ML-Agents', () => {
    expect(scheduled({ kind: 'linear', start: 3e-4, end: 1e-10 }, 50, 100)).toBeCloseTo(1.5000005e-4, 12);
  });

  it('stays at its end past max_steps', () => {
    expect(scheduled({ kind: 'linear', start: 0.2, end: 0.1 }, 200, 100)).toBeCloseTo(0.1, 12);
  });

  it('does not move where it is constant', () => {
    expect(scheduled({ kind: 'constant', start: 0.2, end: 0.1 }, 70, 100)).toBe(0.2);
  });
});

describe('checkpoints', () => {
  const settings = (line: string) =>
    parseConfiguration(`behaviors: { W: { max_steps: 1000, ${line} } }`, 'w.yaml', 'W').behavior;

  it("lie as far apart as checkpoint_interval says, or evenly over max_steps, in ML-Agents' way", () => {
    expect(checkpointInterval(settings('checkpoint_interval: 70'))).toBe(70);
    expect(checkpointInterval(settings('keep_checkpoints: 3, checkpoint_interval: 70, even_checkpoints: true'))).toBe(
      333,
    );
    expect(checkpointInterval(settings('keep_checkpoints: 2000, even_checkpoints: true'))).toBe(1);
  });
});

describe('schedules of a configuration', () => {
  const at = (step: number, line: string) =>
    updateSettings(parseConfiguration(`behaviors: { W: { max_steps: 100, ${line} } }`, 'w.yaml', 'W').behavior, step);

  it("end where ML-Agents' end, and follow the learning rate's where they are not named", () => {
    const { learningRate, epsilon, beta } = at(100, 'hyperparameters: { learning_rate: 0.001 }');
    expect([learningRate, epsilon, beta]).toEqual([1e-10, expect.closeTo(0.1, 12), expect.closeTo(1e-5, 12)]);
    const constant = at(100, 'hyperparameters: { learning_rate_schedule: constant, beta_schedule: linear }');
    expect(constant.learningRate).toBe(3e-4);
    expect(constant.epsilon).toBe(0.2);
    expect(constant.beta).toBeCloseTo(1e-5, 12);
  });

  it("of A2C take the entropy's weight to 1e-10, as the plug-in does, and clip nothing", () => {
    expect(at(100, 'trainer_type: a2c')).toMatchObject({ beta: 1e-10, epsilon: 0, epochs: 1 });
    const constant = at(50, 'trainer_type: a2c, hyperparameters: { learning_rate_schedule: constant }');
    expect(constant).toMatchObject({ learningRate: 3e-4, beta: expect.closeTo(0.0025, 8) });
  });
});
