import { execaNode } from 'execa';
import { compile as compileOutside, trace as traceOutside } from 'gaitsmith/compile';
import { expect, it } from 'vitest';
import { compile, trace } from '../../compile/index.ts';

it("is imported from outside as 'gaitsmith/compile', by vitest, tsc and tsx alike", async () => {
  expect([compileOutside, traceOutside]).toEqual([compile, trace]);
  const script =
    "import { tf, trace } from 'gaitsmith/compile';" +
    "console.log(trace(({ x }) => ({ y: tf.tanh(x) }), { x: { shape: ['batch', 2] } }).graph.nodes[0].op);";
  const { stdout } = await execaNode({ nodeOptions: ['--import', 'tsx', '--input-type=module'] })('-', [], {
    input: script,
    cwd: new URL('../..', import.meta.url),
  });
  expect(stdout).toBe('Tanh');
});
