import { fileURLToPath } from 'node:url';
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

it('names the line that asked for what is refused, run by tsx too, whatever source maps packages have', async () => {
  const fixture = fileURLToPath(new URL('fixtures/refused.ts', import.meta.url));
  const { stdout } = await execaNode({ nodeOptions: ['--import', 'tsx'] })(fixture);
  const [read, negated] = stdout.split('\n');
  expect(read).toMatch(/a value is read while tracing/);
  expect(read!.endsWith(` at ${fixture}:4:44`)).toBe(true);
  expect(negated).toMatch(/a boolean of tfjs may hold any number.*\(op Neg\)/);
  expect(negated!.endsWith(` at ${fixture}:5:53`)).toBe(true);
});
