/**
 * The package's Ragdoll Agent is the agent that is trained, of whatever character: compiled against classes of ours that stand for
 * Unity's, it observes the same numbers and drives joints to the same targets as the world that a policy learns in. And what is
 * not as in training it tells, or refuses.
 *
 * Nothing here says what Unity makes of it.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AgentFile, type AgentSensor, agentFileText } from '../../../deploy-unity/attach/agent-file.ts';
import { type Character, characterOf } from '../../../envs/ragdoll/character.ts';
import { readCharacterFile } from '../../../envs/ragdoll/character-file.ts';
import { type RigFile, readRigFile } from '../../../envs/ragdoll/rig-file.ts';
import { agentFileOf } from '../../../pipeline/stages/deploy-character.ts';
import { because } from '../../skipping.ts';
import { compiler, runtime } from '../../unity/compiled.ts';
import { compileRagdolls, type Ragdolls, ragdollScripts } from '../../unity/ragdoll-compiled.ts';
import { type Awake, ragdollDifferences } from '../../unity/ragdoll-differences.ts';
import { ragdollMutations } from '../../unity/ragdoll-mutations.ts';
import { builtLines, type Played, type Wrong } from '../../unity/ragdoll-script.ts';
import { type RagdollTrace, recordRagdoll } from '../../unity/ragdoll-trace.ts';

const RIGS = join(import.meta.dirname, '../../../rigs');
const NAMES = ['walker', 'crawler', 'worm'] as const;
type Name = (typeof NAMES)[number];

function read(name: string): unknown {
  return JSON.parse(readFileSync(join(RIGS, name), 'utf8'));
}

/** @param changed what is made of the rig */
function characterNamed(name: Name, changed: (rig: RigFile) => RigFile = (rig) => rig): Character {
  const rig = changed(readRigFile(read(`${name}.json`), name));
  const file = readCharacterFile(read(`${name}.character.json`), rig, name);
  const [sensor, ...others] = file.sensors;
  // The Worm alone has bodies that are not observed, and whose velocities are not to count.
  const rows = [...sensor!.rows, { row: 'speedError' as const }, { row: 'meanVelocity' as const }];
  const seen = name === 'worm' ? { ...file, sensors: [{ ...sensor!, rows }, ...others] } : file;
  return characterOf(rig, seen, name);
}

describe.skipIf(because(!compiler || !runtime, 'no mcs or no mono on the PATH: apt-get install mono-mcs mono-runtime'))(
  'the Ragdoll Agent',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'gaitsmith-ragdoll-'));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    const sound = ragdollScripts();
    const mutants = ragdollMutations.map((mutation, at) => ({ ...mutation, own: `Mutant${at}` }));
    const characters = Object.fromEntries(NAMES.map((name) => [name, characterNamed(name)])) as Record<Name, Character>;
    const project = join(folder, 'Project');
    let newest: Ragdolls;
    let older: Ragdolls;
    const traces = {} as Record<Name, RagdollTrace>;
    const said = {} as Record<Name, Record<string, string[]>>;
    let files = 0;

    /** All that is played with the sound agent alone: one program for all of it. */
    const scenes: { readonly lines: () => readonly string[]; answers: readonly string[] }[] = [];
    /** Plays lines before the first test. @returns what was said */
    function plays(lines: () => readonly string[]): () => readonly string[] {
      const scene = { lines, answers: [] as readonly string[] };
      scenes.push(scene);
      return () => scene.answers;
    }

    /** What is written into the project, at a path of its own. */
    function written(agent: AgentFile): Played {
      const file = join(folder, `agent ${files++}.json`);
      writeFileSync(file, agentFileText(agent, ''));
      return { file, agent, project };
    }
    const soundOf = (name: Name) => written(agentFileOf(characters[name]));

    beforeAll(async () => {
      for (const [name, kind] of [
        ['Project', 0],
        ['Other', 1],
      ] as const) {
        mkdirSync(join(folder, name, 'ProjectSettings'), { recursive: true });
        const settings = `PhysicsManager:\n  m_FrictionType: ${kind}\n  m_SolverType: ${kind}\n`;
        writeFileSync(join(folder, name, 'ProjectSettings/DynamicsManager.asset'), settings);
      }
      const copies = mutants.map(({ own, file, from, to }) => [
        own,
        { ...sound, [file]: sound[file]!.replace(from, to) },
      ]);
      [newest, older] = await Promise.all([
        compileRagdolls({ Sound: sound, ...Object.fromEntries(copies) }, ['UNITY_6000_0_OR_NEWER'], join(folder, '6')),
        compileRagdolls({ Sound: sound }, [], join(folder, '2021')),
      ]);
      for (const name of NAMES) {
        traces[name] = await recordRagdoll(characters[name], [
          { decisions: 20, reach: 1.3 },
          { decisions: 8, reach: 0.2 },
        ]);
        const script = [...builtLines(characters[name].rig, soundOf(name)), ...traces[name].script];
        said[name] = await newest.play(script, ['Sound', ...mutants.map(({ own }) => own)]);
      }
      const all = await newest.play(
        scenes.flatMap(({ lines }) => ['new', ...lines()]),
        ['Sound'],
      );
      const answers = all['Sound']!.join('\n').split(/^new\n?/m);
      scenes.forEach((scene, at) => {
        scene.answers = (answers[at + 1] ?? answers.at(-1)!).trimEnd().split('\n');
      });
    }, 300_000);

    const differences = (name: Name, lines: readonly string[]) => {
      const { task, file } = characters[name];
      return ragdollDifferences(traces[name], task.behavior.observationNames ?? [], file.drive, lines);
    };

    it.each(NAMES)('observes the %s as it is trained, and drives its joints to the same targets', (name) => {
      expect(traces[name].touches).toBeGreaterThan(4);
      if (name !== 'worm') expect(traces[name].falls).toBeGreaterThan(0);
      expect(differences(name, said[name]['Sound'] ?? [])).toEqual([]);
    });

    it('says the same where it is compiled for Unity 2021, in which damping and velocity have other names', async () => {
      const script = [...builtLines(characters.crawler.rig, soundOf('crawler')), ...traces.crawler.script];
      const { Sound } = await older.play(script, ['Sound']);
      expect(Sound).toEqual(said.crawler['Sound']);
    });

    it.each(mutants)('is another agent where $name', ({ own, file, from, noticed }) => {
      expect(sound[file]!.split(from), 'times that the text to change is there').toHaveLength(2);
      const found = NAMES.flatMap((name) => differences(name, said[name][own] ?? []));
      expect(
        found.filter((difference) => noticed.test(difference)).length,
        found.slice(0, 5).join('\n'),
      ).toBeGreaterThan(0);
    });

    /** What an agent says when it awakes on a ragdoll that is wrong in one way. */
    function awake(name: Name, wrong: Wrong, agent?: () => AgentFile): () => Awake {
      const answers = plays(() => builtLines(characters[name].rig, agent ? written(agent()) : soundOf(name), wrong));
      return () => JSON.parse(answers()[0]!) as Awake;
    }
    const undisturbed = Object.fromEntries(NAMES.map((name) => [name, awake(name, {})])) as Record<Name, () => Awake>;

    it('sets what no file of a project says: the greatest angular velocity of every body', () => {
      const { bodies, joints } = undisturbed.worm();
      // Eyes and mouth are not in ML-Agents' own setup, and keep the project's 7.
      expect(bodies.map(([spin]) => spin)).toEqual([50, 7, 7, 7, 50, 50, 50]);
      expect(bodies.every(([, speed]) => speed === 10)).toBe(true);
      expect(joints.filter(({ drive }) => drive === 'Slerp').map(({ on }) => on)).toEqual([
        'BodySeg0',
        'BodySeg1',
        'BodySeg2',
      ]);
    });

    describe('tells, and leaves as it is,', () => {
      type Body = RigFile['bodies'][number];
      const leg1 = (change: (body: Body) => Body): Wrong => ({
        body: (body) => (body.name === 'leg1' ? change(body) : body),
      });
      const joint = (change: object) => leg1((body) => ({ ...body, joints: [{ ...body.joints[0]!, ...change }] }));
      const world = (field: string, value: string | number): Wrong => ({ world: [[field, value]] });
      const cases: readonly (readonly [string, Wrong, RegExp])[] = [
        ['another physics step', world('timeStep', 0.02), /Fixed Timestep: 0.02, expected 0.01333\. .*--apply-physics/],
        ['another gravity', world('gravity', 9.81), /Gravity, y: -9.81, expected -14.715/],
        ['other iterations', world('positionIterations', 6), /Default Solver Iterations .*: 6, expected 12/],
        ['other velocity iterations', world('velocityIterations', 1), /Velocity Iterations .*: 1, expected 12/],
        ['another bounce threshold', world('bounceThreshold', 1), /Bounce Threshold: 1, expected 2/],
        ['another contact offset', world('contactOffset', 0.02), /Contact Offset: 0.02, expected 0.01/],
        ['layers apart', world('apart', '0 0'), /Matrix, Default and Default: not ticked, expected ticked/],
        ['another layer', world('layer', '0 Body'), /Body > Layer: Body, expected Default/],
        ['another decision period', { requester: [4, 0] }, /Decision Period: 4, expected 5/],
        ['actions between decisions', { requester: [5, 1] }, /Take Actions Between Decisions: True, expected False/],
        ['nobody who asks', { requester: 'none' }, /Decision Requester: none, expected one with Decision Period 5/],
        ['no ground', { noGround: true }, /the tag ground: no object/],
        ['no tag of the ground', { noGround: true, tag: '-' }, /Tags and Layers > Tags: none, expected ground/],
        ['another mass', leg1((body) => ({ ...body, mass: 100 })), /Body\/leg1 > Rigidbody > Mass: 100, expected \d+/],
        ['another damping', leg1((body) => ({ ...body, linearDamping: 0.1 })), /Drag: 0.1, expected 0.05/],
        ['no gravity', leg1((body) => ({ ...body, useGravity: false })), /Use Gravity: False, expected True/],
        ['a body that is held', leg1((body) => ({ ...body, kinematic: true })), /Is Kinematic: True, expected False/],
        ['another limit', joint({ y: 30 }), /leg1 > configurable joint > Y limit, degrees: 30, expected 20/],
        [
          'a limit let go',
          joint({ angular: ['limited', 'free', 'locked'] }),
          /Angular Y Motion: Free, expected limited/,
        ],
        [
          'a softer limit',
          joint({ limitSprings: { x: { spring: 50, damper: 1 } } }),
          /leg1 > configurable joint > X limit spring > Spring: 50, expected 0/,
        ],
        [
          'a joint that is not held in place',
          joint({ linear: ['locked', 'free', 'locked'] }),
          /leg1 > configurable joint > Y Motion: Free, expected locked/,
        ],
        ['another axis', joint({ axis: [0, 1, 0] }), /leg1 > configurable joint > Axis/],
        ['another anchor', joint({ anchor: [0, 0, 0] }), /leg1 > configurable joint > Anchor: 0.5 m away/],
        ['another connected body', joint({ connectedTo: 'leg2' }), /Connected Body: leg2, expected Body/],
        [
          'another place at the start',
          leg1((body) => ({ ...body, position: [0, 0, 0] })),
          /Body\/leg1: [\d.]+ m away, expected less than 0.005 m away/,
        ],
        [
          'another rotation at the start',
          leg1((body) => ({ ...body, rotation: [0, 0, 0, 1] })),
          /Body\/leg1: [\d.]+ degrees, expected less than 1 degree/,
        ],
      ];
      it.each(cases.map(([what, wrong, message]) => ({ what, message, told: awake('crawler', wrong) })))(
        '$what',
        ({ told, message }) => {
          const { errors, warnings, runs } = told();
          expect([errors, runs]).toEqual([[], true]);
          expect(warnings.join('\n')).toMatch(message);
        },
      );

      const other = join(folder, 'Other');
      const withSolver = awake('crawler', world('project', other));
      it('a solver and a friction that no script can ask for, in the Editor by the file of the project', () => {
        const { warnings } = withSolver();
        expect(warnings).toHaveLength(2);
        expect(warnings.join('\n')).toMatch(/Solver Type.*: 1, expected 0[\s\S]*Friction Type.*: 1, expected 0/);
      });

      it('and nothing where all is as it was', () => {
        for (const name of NAMES) expect(undisturbed[name]().warnings).toEqual([]);
      });
    });

    describe('does not start', () => {
      const crawler = () => agentFileOf(characters.crawler);
      const ofFirstSensor = (change: (rows: AgentSensor['rows']) => AgentSensor['rows']) => () => {
        const { sensors, ...agent } = crawler();
        const [first, ...more] = sensors;
        return { ...agent, sensors: [{ ...first!, rows: change(first!.rows) }, ...more] };
      };
      const hinge: Wrong = {
        body: (body) =>
          body.name === 'leg1' ? { ...body, joints: [{ ...body.joints[0]!, type: 'hinge' as const }] } : body,
      };
      const nothing = plays(() => builtLines(characters.crawler.rig, { ...soundOf('crawler'), file: '-' }));
      const cases = [
        {
          why: 'without a body, and tells its path',
          told: awake('crawler', { leftOut: 'foreleg2' }),
          message: /body .* is not there\. Hero\/Body\/leg2\/foreleg2: none, expected foreleg2\. Give the object/,
        },
        {
          why: 'with other sizes than those of its policy',
          told: awake('crawler', { sizes: [32, 19, 1] }),
          message: /Space Size: 32, expected 126[\s\S]*19 continuous, 0 discrete, expected 20 continuous, 0 discrete/,
        },
        {
          why: 'with observations that are stacked',
          told: awake('crawler', { sizes: [126, 20, 2] }),
          message: /Stacked Vectors: 2, expected 1/,
        },
        {
          why: 'where something is observed that it does not know',
          told: awake(
            'crawler',
            {},
            ofFirstSensor((rows) => rows.with(3, { ...rows[3]!, row: 'smell' })),
          ),
          message: /does not know\. character > obs_0: smell of 4 numbers, expected a row that is known here\. Update/,
        },
        {
          why: 'where the rows do not come to the size',
          told: awake(
            'crawler',
            {},
            ofFirstSensor((rows) => rows.slice(1)),
          ),
          message: /size of the policy's input.*obs_0: 123, expected 126/,
        },
        {
          why: 'with a file of another format',
          told: awake('crawler', {}, () => ({ ...crawler(), format: 2 as 1 })),
          message: /format 2, expected format 1/,
        },
        { why: 'without a file', told: () => JSON.parse(nothing()[0]!) as Awake, message: /No character is assigned/ },
        {
          why: 'where a joint is of another kind',
          told: awake('crawler', hinge),
          message: /of another kind.*configurable as joint 0/,
        },
      ];
      it.each(cases)('$why', ({ told, message }) => {
        const { errors, runs } = told();
        expect(runs).toBe(false);
        expect(errors.join('\n')).toMatch(message);
      });
    });

    const springs = { x: { spring: 40, damper: 2 }, yz: { spring: 30, damper: 1 } };
    const ofOtherKinds = plays(() => {
      const character = characterNamed('crawler', (rig) => ({
        ...rig,
        bodies: rig.bodies.map((body) => {
          const type = body.name.startsWith('leg') ? ('character' as const) : ('hinge' as const);
          const soft = type === 'character' ? { limitSprings: springs } : {};
          return { ...body, joints: body.joints.map((joint) => ({ ...joint, type, ...soft })) };
        }),
      }));
      return builtLines(character.rig, written(agentFileOf(character)));
    });
    it('makes Character and Hinge joints the ConfigurableJoints of the training, a hinge turning the other way', () => {
      const { joints, errors, warnings } = JSON.parse(ofOtherKinds()[0]!) as Awake;
      expect([errors, warnings]).toEqual([[], []]);
      const trained = undisturbed.crawler().joints.map((joint) => {
        return { ...joint, springs: joint.on.startsWith('leg') ? [40, 2, 30, 1] : [0, 0, 0, 0] };
      });
      expect(joints).toHaveLength(trained.length);
      expect(joints).toEqual(expect.arrayContaining([...trained]));
    });

    const sagging = (linearLimit: number, spring: number) =>
      characterNamed('crawler', (rig) => ({
        ...rig,
        bodies: rig.bodies.map((body) => {
          const linear: RigFile['bodies'][number]['joints'][number]['linear'] = ['limited', 'locked', 'free'];
          const limitSprings = { linear: { spring, damper: 2 } };
          const loose = body.joints.map((joint) => ({ ...joint, linear, linearLimit, limitSprings }));
          return body.name === 'leg1' ? { ...body, joints: loose } : body;
        }),
      }));
    const sags = [
      [0.3, 70],
      [0.4, 0],
    ].map(([radius, spring]) =>
      plays(() => builtLines(sagging(radius!, spring!).rig, written(agentFileOf(sagging(0.3, 70))))),
    );
    it('knows how far a joint gives that is not held in place, and how softly', () => {
      const [same, other] = sags.map((answers) => JSON.parse(answers()[0]!) as Awake);
      expect([same!.errors, same!.warnings]).toEqual([[], []]);
      expect(other!.warnings).toHaveLength(2);
      expect(other!.warnings.join('\n')).toMatch(
        /Linear limit, m: 0.4, expected 0.3[\s\S]*Linear limit spring > Spring: 0, expected 70/,
      );
    });

    const starts = [false, true].map((isTied) =>
      plays(() => {
        const { rig, ...character } = characterNamed('crawler', (rig) => ({
          ...rig,
          bodies: rig.bodies.map((body) => {
            const toWorld = body.joints.map((joint) => ({ ...joint, connectedTo: null }));
            return isTied && body.name === 'leg1' ? { ...body, joints: [...body.joints, ...toWorld] } : body;
          }),
        }));
        const agent = written(agentFileOf({ rig, ...character }));
        return [...builtLines(rig, agent), 'set\tturnAtStart\t1', 'random\t0.25', 'begin'];
      }),
    );
    it('turns at the start, but not with a joint to the world, which would stay behind', () => {
      const [free, tied] = starts.map((answers) => {
        expect(JSON.parse(answers()[0]!)).toMatchObject({ errors: [], warnings: [] });
        return (JSON.parse(answers()[1]!) as { poses: number[][] }).poses[1]!;
      });
      const { rotation } = characters.crawler.rig.bodies[1]!;
      const alike = (pose: readonly number[]) =>
        Math.abs(rotation.reduce((sum, part, which) => sum + part * pose[3 + which]!, 0));
      expect(alike(tied!)).toBeCloseTo(1, 5);
      expect(alike(free!)).toBeCloseTo(Math.SQRT1_2, 5);
    });

    const asked = [{ other: true }, {}].map((wrong) =>
      plays(() => [
        ...builtLines(characters.crawler.rig, soundOf('crawler'), wrong),
        ...['ask\t4', 'ask\t5', 'ask\t10'],
      ]),
    );
    it('asks for its own decisions where another agent stands before it on its object', () => {
      expect(asked.map((answers) => answers().slice(1))).toEqual([
        ['0', '1', '2'],
        ['0', '0', '0'],
      ]);
    });

    const falls = [1, 0].map((again) =>
      plays(() => [
        ...builtLines(characters.crawler.rig, soundOf('crawler')),
        ...[`set\tstartAgain\t${again}`, 'begin', 'touch\t0\tenter', 'step', 'step'],
      ]),
    );
    it('starts again after a fall, unless it is to stay where it fell', () => {
      const [again, stays] = falls.map((answers) => answers().slice(2));
      expect(again).toEqual(['{"fallen":false,"ended":1}', '{"fallen":false,"ended":1}']);
      expect(stays).toEqual(['{"fallen":true,"ended":0}', '{"fallen":true,"ended":0}']);
    });

    const twins = plays(() => {
      const character = characterNamed('crawler', (rig) => ({
        ...rig,
        bodies: rig.bodies.map((body) => ({
          ...body,
          path: body.path.replace(/leg(\d)\/foreleg\d$/, 'leg[$1]/shin').replace(/leg(\d)$/, 'leg[$1]'),
        })),
      }));
      return [...builtLines(character.rig, written(agentFileOf(character))), ...traces.crawler.script];
    });
    it('finds namesakes by their number among siblings', () => {
      const [awoke, ...answers] = twins();
      expect((JSON.parse(awoke!) as Awake).errors).toEqual([]);
      const observed = (lines: readonly string[]) => lines.filter((line) => /^\[\[-?\d/.test(line));
      expect(observed(answers).length).toBeGreaterThan(10);
      expect(observed(answers)).toEqual(observed(said.crawler['Sound']!));
    });
  },
);
