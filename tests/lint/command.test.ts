/** `npm run lint:policy` as it is typed: exit codes, JSON, and the project that decides what is judged for. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeModel } from '../../onnx/encode.ts';
import { float, node } from '../../onnx/model.ts';
import { BARRACUDA, SENTIS, temporaryFolder, unityProject } from '../deploy-unity/projects.ts';
import { jsonOf } from '../json-output.ts';
import { runToEnd, underTsx } from '../pipeline/fixtures/start.ts';
import { continuous } from './fixtures/policies.ts';

const entry = underTsx('pipeline/gaitsmith.ts');
const lint = (...argv: string[]) => runToEnd(['lint', ...argv], { entry });

/** A policy in a temporary folder; its Gemm is scaled, which Barracuda alone minds. */
function policyFile(isScaled: boolean): string {
  const model = continuous();
  if (isScaled) model.graph.nodes.find(({ op }) => op === 'Gemm')!.attributes['alpha'] = float(2);
  const path = join(temporaryFolder(), 'policy.onnx');
  writeFileSync(path, encodeModel(model));
  return path;
}

describe('npm run lint:policy', () => {
  it('ends with 0 for a sound file, which it has run, and says what kind of policy it is', async () => {
    const { code, stdout } = await lint(policyFile(false));
    expect(stdout).toContain('version 3; obs_0 [batch, 8] -> 2 continuous actions');
    expect(stdout).toContain('judged for barracuda 1.4, sentis 1.2, inference-engine 2.2: 0 errors, 0 warnings');
    expect(code).toBe(0);
  });

  it('ends with 1 where a rule is broken, and tells which, where, why and what mends it', async () => {
    const { code, stdout } = await lint(policyFile(true), '--json');
    expect(code).toBe(1);
    expect(await jsonOf(stdout)).toMatchObject({
      ok: false,
      command: 'lint',
      passed: false,
      findings: [
        {
          code: 'gemm-scaled',
          level: 'error',
          where: 'Gemm -> h0',
          found: 'alpha is 2',
          engines: ['barracuda'],
          mend: 'scale the weights before export',
        },
      ],
    });
  });

  it('ends with 1 for a file that is no model, and with 2 where there is none, or no such flag', async () => {
    const path = join(temporaryFolder(), 'policy.onnx');
    writeFileSync(path, 'version https://git-lfs.github.com/spec/v1\n');
    const [pointer, missing, flag, nothing] = await Promise.all([
      lint(path, '--json'),
      lint('nowhere.onnx'),
      lint(path, '--taget', 'sentis'),
      lint(),
    ]);
    expect(pointer.code).toBe(1);
    expect((await jsonOf(pointer.stdout)).findings).toMatchObject([
      { code: 'unreadable', mend: expect.stringContaining('git lfs pull') },
    ]);
    expect([missing.code, flag.code, nothing.code]).toEqual([2, 2, 2]);
    expect(missing.stderr).toContain('nowhere.onnx: there is no such file');
    expect(flag.stderr).toContain('expected --target');
    expect(nothing.stderr).toContain('FILE: this word is needed');
  });

  it("judges for the package of a project, in its version, and tells what is odd about the project's packages", async () => {
    const path = policyFile(true);
    const [barracuda, sentis, old, target] = await Promise.all([
      lint(path, '--json', '--unity-project', unityProject(BARRACUDA)),
      lint(path, '--json', '--unity-project', unityProject(SENTIS)),
      lint(path, '--json', '--skip-run', '--unity-project', unityProject({ 'com.unity.ml-agents': '1.0.8' })),
      lint(path, '--json', '--skip-run', '--target', 'inference-engine'),
    ]);
    expect(await jsonOf(barracuda.stdout)).toMatchObject({ engines: ['barracuda 3.0.0'], passed: false });
    expect(await jsonOf(sentis.stdout)).toMatchObject({ engines: ['sentis 2.1.0'], passed: true });
    expect((await jsonOf(old.stdout)).findings).toContainEqual(
      expect.objectContaining({ code: 'unity-refuses', found: expect.stringContaining('1.0.8') }),
    );
    expect(await jsonOf(target.stdout)).toMatchObject({ engines: ['inference-engine 2.2'], passed: true });
  });

  it('lets warnings count with --strict', async () => {
    const model = continuous();
    model.graph.nodes.push(node('Sub', ['three', 'mu'], ['rest']));
    const path = join(temporaryFolder(), 'policy.onnx');
    writeFileSync(path, encodeModel(model));
    const [plain, strict] = await Promise.all([lint(path, '--skip-run'), lint(path, '--skip-run', '--strict')]);
    expect([plain.code, strict.code]).toEqual([0, 1]);
  });
});
