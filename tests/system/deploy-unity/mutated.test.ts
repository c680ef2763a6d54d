/**
 * Damaged projects: a typed error or a right answer, never a bug, a hang or a half-written project.
 * `GAITSMITH_MUTATIONS=10000 npx vitest run --project system tests/system/deploy-unity/mutated.test.ts` tries more of them.
 */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { UserError } from '../../../base/failure/user-error.ts';
import { type Disk, realDisk } from '../../../base/files/disk.ts';
import { RandomStream } from '../../../base/random/stream.ts';
import { behaviorsIn } from '../../../deploy-unity/behavior-parameters.ts';
import { type DeployResult, deploy } from '../../../deploy-unity/deploy.ts';
import { trainedPhysics } from '../../../pipeline/stages/deploy-physics.ts';
import { openAssets } from '../../../unity-assets/assets.ts';
import { scanProject } from '../../../unity-assets/scan-project.ts';
import {
  ASSET,
  INFERENCE_ENGINE,
  lock,
  modelBytes,
  modelFile,
  snapshot,
  temporaryFolder,
  unityProject,
  write,
} from '../../deploy-unity/projects.ts';
import { gameObject, guid, HEAD, instance } from '../../unity-assets/project.ts';

const MUTATIONS = Number(process.env['GAITSMITH_MUTATIONS'] ?? 300);
const PREFAB = 'Assets/Walker.prefab';
const SCENE = 'Assets/Game.unity';

const script = (id: string) => `{fileID: 11500000, guid: ${id}, type: 3}`;
const walker = `${HEAD}${gameObject(10, 'Walker', { component: `114\nMonoBehaviour:\n  m_GameObject: {OWNER}\n  m_Script: ${script('5d1c4e0b1822b495aa52bc52839ecb30')}\n  m_BrainParameters:\n    VectorObservationSize: 243\n    NumStackedVectorObservations: 1\n    m_ActionSpec:\n      m_NumContinuousActions: 39\n      BranchSizes: \n  m_Model: {fileID: 0}\n  m_BehaviorName: Walker\n` })}--- !u!114 &13
MonoBehaviour:
  m_GameObject: {fileID: 10}
  m_Script: ${script('3a5c9d521e5ef4759a8246a07d52221e')}
  DecisionPeriod: 4
${gameObject(20, 'chest', { father: '11', component: '54\nRigidbody:\n  m_GameObject: {OWNER}\n  m_Mass: 8\n  m_Drag: 0.05\n  m_AngularDrag: 0.05\n' })}`;

const FILES: Readonly<Record<string, string>> = {
  'Packages/manifest.json': JSON.stringify({ dependencies: INFERENCE_ENGINE }),
  'Packages/packages-lock.json': lock(INFERENCE_ENGINE),
  'ProjectSettings/ProjectVersion.txt': 'm_EditorVersion: 6000.0.40f1\n',
  'ProjectSettings/EditorSettings.asset': 'EditorSettings:\n  m_SerializationMode: 2\n',
  'ProjectSettings/DynamicsManager.asset': `${HEAD}--- !u!55 &1\nPhysicsManager:\n  m_Gravity: {x: 0, y: -9.81, z: 0}\n  m_BounceThreshold: 2\n  m_DefaultContactOffset: 0.01\n  m_DefaultSolverIterations: 6\n  m_DefaultSolverVelocityIterations: 1\n`,
  'ProjectSettings/TimeManager.asset': `${HEAD}--- !u!5 &1\nTimeManager:\n  Fixed Timestep:\n    m_Count: 2822399\n    m_Rate:\n      m_Denominator: 1\n      m_Numerator: 141120000\n`,
  [`${ASSET}.meta`]: `fileFormatVersion: 2\nguid: ${'e'.repeat(32)}\n`,
  [PREFAB]: walker,
  [`${PREFAB}.meta`]: `fileFormatVersion: 2\nguid: ${guid(1)}\n`,
  'Assets/Variant.prefab': HEAD + instance(500, guid(1), [{ target: '12', path: 'm_BehaviorType', value: '0' }]),
  'Assets/Variant.prefab.meta': `fileFormatVersion: 2\nguid: ${guid(2)}\n`,
  [SCENE]:
    HEAD + instance(600, guid(2), [{ target: '508', path: 'm_BrainParameters.VectorObservationSize', value: '243' }]),
};

/** The real disk without the waiting: none of these cuts the power. */
const quickDisk: Disk = {
  ...realDisk,
  writeNew: (path, bytes) => writeFileSync(path, bytes, { flag: 'wx' }),
  sync: () => undefined,
};

const random = new RandomStream(18);
const oneOf = <Item>(items: readonly Item[]): Item => items[random.below(items.length)]!;

const TOKENS = [
  '{',
  '}',
  '[',
  ']',
  ': ',
  '- ',
  '"',
  "'",
  '\n',
  '\r\n',
  '\0',
  '\t',
  '#',
  ',',
  '&',
  '&1',
  '--- !u!1001 &5\nPrefabInstance:\n',
  '--- !u!114 &12\n',
  '\uFEFF',
  '<<<<<<< HEAD\n',
  '\n>>>>>>> b\n',
  '-9223372036854775809',
  '9'.repeat(40),
  '1e999',
  'NaN',
  '{fileID: 12}',
  guid(2),
  'm_Modifications:',
  '  ',
];

const DAMAGES: readonly ((bytes: Buffer, at: number, to: number) => Buffer)[] = [
  (bytes, at) => Buffer.concat([bytes.subarray(0, at), Buffer.from([random.below(256)]), bytes.subarray(at + 1)]),
  (bytes, at, to) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(to)]),
  (bytes, at, to) => Buffer.concat([bytes.subarray(0, to), bytes.subarray(at, to), bytes.subarray(to)]),
  (bytes, at) => Buffer.concat([bytes.subarray(0, at), Buffer.from(oneOf(TOKENS)), bytes.subarray(at)]),
  (bytes, at) => bytes.subarray(0, at),
  (bytes) =>
    Buffer.from(
      bytes.toString('latin1').replace(/\d+/g, (digits) => (random.below(8) === 0 ? String(random.uint32()) : digits)),
      'latin1',
    ),
  (bytes) => {
    const lines = bytes.toString('latin1').split('\n');
    const [one, other] = [random.below(lines.length), random.below(lines.length)];
    [lines[one], lines[other]] = [lines[other]!, lines[one]!];
    return Buffer.from(lines.join('\n'), 'latin1');
  },
];

function damaged(text: string): Buffer {
  let bytes: Buffer = Buffer.from(text);
  for (let times = 1 + random.below(3); times > 0; times--) {
    const at = random.below(bytes.length + 1);
    bytes = oneOf(DAMAGES)(bytes, at, Math.min(bytes.length, at + random.below(120)));
  }
  return bytes;
}

test(
  `${MUTATIONS} damaged projects are refused by name or deployed to rightly`,
  async () => {
    const fresh = unityProject(INFERENCE_ENGINE, { ...FILES, [ASSET]: modelBytes('old') });
    const model = modelFile();
    const outcomes: Record<string, number> = {};
    for (let round = 0; round < MUTATIONS; round++) {
      const path = oneOf(Object.keys(FILES));
      const bytes = damaged(FILES[path]!);
      const project = join(temporaryFolder(), 'Project');
      cpSync(fresh, project, { recursive: true });
      write(project, { [path]: bytes });
      const before = snapshot(project);
      const bind = oneOf([[], [{ path: PREFAB }], [{ path: SCENE, behavior: 'Walker' }]]);
      const request = {
        model,
        unityProject: project,
        asset: ASSET,
        bind,
        physics: trainedPhysics(),
        applyPhysics: random.below(2) === 0,
      };
      const which = `round ${round}: ${path} ${JSON.stringify(bytes.toString('latin1'))}`;
      const began = performance.now();
      let result: DeployResult | undefined;
      try {
        result = await deploy({ ...request, contract: { observationSize: 243, actionSize: 39 } }, quickDisk);
      } catch (error) {
        if (!(error instanceof UserError)) throw new Error(which, { cause: error });
        expect(error.problem.what.length, which).toBeGreaterThan(0);
      }
      expect(performance.now() - began, which).toBeLessThan(5000);
      if (result) expectRight(project, result, before, bind.length > 0, which);
      else expect(snapshot(project), which).toEqual(before);
      const outcome = result ? 'deployed' : 'refused';
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      rmSync(project, { recursive: true });
    }
    console.log(JSON.stringify(outcomes));
    // Were all refused, or none, this would say nothing.
    expect(outcomes['deployed']).toBeGreaterThan(MUTATIONS / 10);
    expect(outcomes['refused']).toBeGreaterThan(MUTATIONS / 10);
  },
  60_000 + 300 * MUTATIONS,
);

/** The model is in place, what was bound is bound, and each text file changed in values alone. */
function expectRight(
  project: string,
  result: DeployResult,
  before: Record<string, string>,
  isBound: boolean,
  which: string,
): void {
  expect(readFileSync(join(project, ASSET)), which).toEqual(modelBytes());
  const after = snapshot(project);
  const changed = Object.keys(after).filter((path) => after[path] !== before[path]);
  expect(changed.sort(), which).toEqual(result.written.map((path) => `/${path}`).sort());
  for (const { path } of result.bound) {
    const scan = scanProject(project, []);
    const assets = openAssets({
      bytesOf: (file) => readFileSync(join(project, file)),
      pathOf: (wanted) => scan.assetsByGuid.get(wanted)?.[0],
    });
    const models = behaviorsIn(assets, path).map(({ model }) => model?.guid);
    expect(models, which).toContain(result.guid);
  }
  expect(result.bound.length, which).toBe(isBound ? 1 : 0);
  for (const path of changed.filter((each) => /\.(prefab|unity|asset)$/.test(each))) {
    const [old, now] = [before[path]!, after[path]!].map((hex) =>
      Buffer.from(hex, 'hex').toString('latin1').split(/\r?\n/),
    );
    const kept = new Set(now);
    const gone = old!.filter((line) => !kept.has(line));
    for (const line of gone) {
      expect(line, which).toMatch(
        /m_Model|objectReference|type: \d|value|m_Modifications|DecisionPeriod|m_Count|m_Default|m_Bounce|Fixed|Solver|Friction/,
      );
    }
  }
}

test('what changes no meaning changes no answer: line ends, the order of objects, how lines are broken, blanks at their ends', async () => {
  const documents = (text: string) => text.split(/(?=^--- )/m);
  const shuffled = (text: string) => {
    const [head, ...rest] = documents(text);
    return [head!, ...rest.reverse()].join('');
  };
  const meant: readonly ((text: string) => string)[] = [
    (text) => text,
    (text) => text.replaceAll('\n', '\r\n'),
    shuffled,
    (text) => text.replace(/, (?=(guid|type): )/g, ',\n          '),
    (text) => text.replace(/(?<!:)\n/g, ' \n').replace(/^(---.*?|%.*?) +$/gm, '$1'),
  ];
  const answers = [];
  for (const change of meant) {
    const texts = Object.entries(FILES).map(([path, text]) => [
      path,
      /\.(prefab|unity)$|Manager\.asset$/.test(path) ? change(text) : text,
    ]);
    const project = unityProject(INFERENCE_ENGINE, { ...Object.fromEntries(texts), [ASSET]: modelBytes('old') });
    const request = {
      model: modelFile(),
      unityProject: project,
      asset: ASSET,
      bind: [{ path: PREFAB }],
      physics: trainedPhysics(),
    };
    const { warnings, drift, references, bound, written } = await deploy({
      ...request,
      contract: { observationSize: 100, actionSize: 39 },
    });
    answers.push({ warnings, drift, references, bound, written });
  }
  expect(answers[0]!.warnings.map(({ code }) => code)).toContain('size-mismatch');
  expect(answers[0]!.drift.length).toBeGreaterThan(3);
  for (const answer of answers) expect(answer).toEqual(answers[0]);
});
