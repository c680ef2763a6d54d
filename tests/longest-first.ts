/**
 * The order in which test files are begun: the longest first, so that at the end both workers have something to do. Vitest knows
 * how long files took from the run before, but a fresh clone has none.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Those that take ten seconds and more, the longest first. */
const longest = [
  'tests/system/pipeline/end-to-end.test.ts',
  'tests/train/settings.test.ts',
  'tests/train/training.test.ts',
  'tests/system/examples/ci.test.ts',
  'tests/compile/conformance.test.ts',
  'tests/train/learn/objective.test.ts',
  'tests/envs/walker/determinism.test.ts',
  'tests/pipeline/train-stage.test.ts',
  'tests/system/pipeline/train-unity.test.ts',
  'tests/regress/regress.test.ts',
  'tests/system/physics/kernel.test.ts',
  'tests/ship/shipped-walker.test.ts',
];

/** Those that have processes to themselves come after those that share one, which the first of them ends. */
const last = longest.length + 1;

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification) => {
      const at = longest.findIndex((name) => moduleId.endsWith(name));
      return at >= 0 ? at : project.name === 'alone' ? last : longest.length;
    };
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other));
  }
}
