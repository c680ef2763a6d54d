import { fileURLToPath } from 'node:url';
import { execaNode } from 'execa';
import { expect, it } from 'vitest';

it('names the line that asked for what is refused, run by tsx too, whatever source maps packages have', async () => {
  const fixture = fileURLToPath(new URL('fixtures/refused.ts', import.meta.url));
  const { stdout } = await execaNode({ nodeOptions: ['--import', 'tsx'] })(fixture);
  const [read, negated] = stdout.split('\n');
  expect(read).toMatch(/a value is read while tracing/);
  expect(read!.endsWith(` at ${fixture}:4:44`)).toBe(true);
  expect(negated).toMatch(/a boolean of tfjs may hold any number.*\(op Neg\)/);
  expect(negated!.endsWith(` at ${fixture}:5:53`)).toBe(true);
});
