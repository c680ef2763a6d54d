import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { assetGuid } from '../../deploy-unity/asset-guid.ts';
import { deploy } from '../../deploy-unity/deploy.ts';
import { readMeta } from '../../deploy-unity/meta-file.ts';
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
    expect(readMeta(readFileSync(join(example, `${path}.meta`)))?.guid).toBe(assetGuid(path));
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

  test('has a prefab whose scripts are in the project or in ML-Agents', () => {
    const scripts = [
      ...read(example, PREFAB).matchAll(/m_Script: \{fileID: 11500000, guid: ([0-9a-f]{32}), type: 3\}/g),
    ];
    expect(scripts.map((script) => script[1])).toEqual([
      '5d1c4e0b1822b495aa52bc52839ecb30', // BehaviorParameters
      assetGuid('Assets/Gaitsmith/Walker/Scripts/WalkerAgent.cs'),
      '3a5c9d521e5ef4759a8246a07d52221e', // DecisionRequester
    ]);
  });

  test('has the physics of the training: gravity, fixed step and solver', () => {
    const physics = read(example, 'ProjectSettings/DynamicsManager.asset');
    expect(physics).toContain('m_Gravity: {x: 0, y: -14.715, z: 0}');
    expect(physics).toContain('m_DefaultSolverIterations: 12\n  m_DefaultSolverVelocityIterations: 12');
    const time = read(example, 'ProjectSettings/TimeManager.asset');
    const ticks = /m_Count: (\d+)/.exec(time);
    const perSecond = /m_Numerator: (\d+)/.exec(time);
    expect(Number(ticks?.[1]) / Number(perSecond?.[1])).toBeCloseTo(0.01333, 7);
  });
});

describe('the ragdoll of the example project', () => {
  const trained = JSON.parse(readFileSync(new URL('../../envs/walker/rig.json', import.meta.url), 'utf8'));
  const source = read(example, 'Assets/Gaitsmith/Walker/Scripts/WalkerRig.cs');
  const number = (text: string) => Number(text.replace(/f$/, ''));
  const rows = [
    ...source.matchAll(
      /new Part\((Body\.\w+), (null|Body\.\w+), new Vector3\((.*?)\), ([\d.f]+), Shape\.\w+\(.*\), (true|false),\n\s+(.*?)\),?\n/g,
    ),
  ];
  const bodyName = (name: string | null) => (name === null ? 'null' : `Body.${name[0]!.toUpperCase()}${name.slice(1)}`);

  test('has the bodies of the one that is trained, in the order in which they are observed', () => {
    expect(rows.map((row) => [row[1], row[2], row[3]!.split(', ').map(number), number(row[4]!), row[5]])).toEqual(
      trained.bodies.map((body: TrainedBody) => [
        bodyName(body.name),
        bodyName(body.parent),
        body.position,
        body.mass,
        String(body.mayTouchGround),
      ]),
    );
  });

  test('has its joints and their limits', () => {
    const joints = rows.map((row) => {
      const vectors = [...row[6]!.matchAll(/new Vector3\((.*?)\)/g)].map((vector) =>
        vector[1]!.split(', ').map(number),
      );
      const limits = row[6] === 'null' ? [] : row[6]!.split('), ').at(-1)!.replace(/\)$/, '').split(', ');
      return [...vectors, limits.map((limit) => (limit === 'Coupling.Locked' ? 0 : number(limit)))];
    });
    expect(joints).toEqual(
      trained.bodies.map(({ joint }: TrainedBody) =>
        joint ? [joint.anchor, joint.axis, joint.secondaryAxis, [...joint.twist, joint.swing1, joint.swing2]] : [[]],
      ),
    );
  });
});

interface TrainedBody {
  readonly name: string;
  readonly parent: string | null;
  readonly position: number[];
  readonly mass: number;
  readonly mayTouchGround: boolean;
  readonly joint?: {
    readonly anchor: number[];
    readonly axis: number[];
    readonly secondaryAxis: number[];
    readonly twist: number[];
    readonly swing1: number;
    readonly swing2: number;
  };
}
