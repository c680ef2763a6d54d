import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { assetGuid } from '../../deploy-unity/asset-guid.ts';
import { deploy } from '../../deploy-unity/deploy.ts';
import { readMeta } from '../../unity-assets/meta.ts';
import { ASSET, ASSET_GUID, modelFile, read, temporaryFolder } from './projects.ts';

const example = fileURLToPath(new URL('../../examples/unity-project', import.meta.url));
const PREFAB = 'Assets/Gaitsmith/Walker/Walker.prefab';

/** A copy as it comes from Git: without the model that a run may have left there. */
function freshCopy(): string {
  const copy = temporaryFolder();
  cpSync(example, copy, { recursive: true, filter: (path) => !/\.onnx(\.meta)?$/.test(path) });
  return copy;
}

/** Every asset that is committed: files and folders under Assets, without metas and models. */
const committedAssets = readdirSync(join(example, 'Assets'), { recursive: true, encoding: 'utf8' })
  .map((path) => `Assets/${path.replaceAll('\\', '/')}`)
  .filter((path) => !/\.(meta|onnx)$/.test(path));

describe('the example project', () => {
  test('takes a model at once, bound to its prefab by the derived GUID', async () => {
    const copy = freshCopy();
    const contract = { observationSize: 243, actionSize: 39 };
    const result = await deploy({ model: modelFile(), unityProject: copy, asset: ASSET, contract });
    expect(result).toMatchObject({ written: [`${ASSET}.meta`, ASSET], references: [PREFAB], guid: ASSET_GUID });
    expect(result.warnings).toEqual([]);
    expect(result.recognised.inference).toMatchObject({ kind: 'inference-engine', version: '2.2.1' });
  });

  test('has a prefab that refers to the model by the GUID its path yields', () => {
    const model = /m_Model: \{fileID: (-?\d+), guid: ([0-9a-f]{32}), type: 3\}/.exec(read(example, PREFAB));
    expect(model?.slice(1)).toEqual(['5022602860645237092', assetGuid(ASSET)]);
  });

  test.each(committedAssets)('has a meta for %s, with the GUID its path yields', (path) => {
    expect(readMeta(readFileSync(join(example, `${path}.meta`)))).toMatchObject({ guid: assetGuid(path) });
  });

  test('has no meta without its asset', () => {
    const metas = readdirSync(join(example, 'Assets'), { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('.meta'),
    );
    for (const meta of metas) {
      const asset = meta.slice(0, -'.meta'.length);
      if (!asset.endsWith('.onnx')) expect(existsSync(join(example, 'Assets', asset)), asset).toBe(true);
    }
  });
});
