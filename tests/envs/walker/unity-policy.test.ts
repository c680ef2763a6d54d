import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type EvaluationOptions, evaluate } from '../../../evaluate/evaluate.ts';
import { readPolicyFile } from '../../../evaluate/policy-file.ts';
import { because } from '../../skipping.ts';

// Evidence that nobody here made: the policy that ships with Unity's example. Not part of the project, so not always there.
const path = resolve(import.meta.dirname, '../../../../shared/reference/Walker-unity-2023.onnx');

describe.skipIf(because(!existsSync(path), `${path} is not here, so there is no policy from Unity to run`))(
  'a policy that was trained in Unity',
  () => {
    const played = (options: Omit<EvaluationOptions, 'policy'>) =>
      evaluate({ ...options, policy: readPolicyFile(path), workers: 1 });

    it('walks here: at least 400 physics steps between falls over all target speeds', async () => {
      const report = await played({ episodes: 30, parameters: { max_steps: 1000 } });
      expect(report.blow_ups).toBe(0);
      expect(report.steps_per_fall ?? Number.POSITIVE_INFINITY).toBeGreaterThan(400);
    });

    it('earns at least 0.4 a physics step at target speeds up to 2 m/s', async () => {
      const parameters = { target_speed_max: 2, max_steps: 1000 };
      const report = await played({ episodes: 20, parameters });
      expect(report.bands[0]!.reward_per_step).toBeGreaterThan(0.4);
      expect(report.targets_touched).toBeGreaterThan(0);
    });

    it('fares the same in two runs, since its noise is seeded', async () => {
      const options = { episodes: 5, parameters: { max_steps: 200 } };
      expect(await played(options)).toEqual(await played(options));
    });
  },
);
