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
import { type AgentFile, agentFileText } from '../../../deploy-unity/attach/agent-file.ts';
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
import { recordRagdoll, type RagdollTrace } from '../../unity/ragdoll-trace.ts';

const RIGS = join(import.meta.dirname, '../../../rigs');
const NAMES = ['walker', 'crawler', 'worm'] as const;
type Name = (typeof NAMES)[number];

function read(name: string): unknown {
  return JSON.parse(readFileSync(join(RIGS, name), 'utf8'));
}

/** @param changed the rig's JSON, made another */
function characterNamed(name: Name, changed: (rig: RigFile) => RigFile = (rig) => rig): Character {
  const rig = changed(readRigFile(read(`${name}.json`), name));
  return characterOf(rig, readCharacterFile(read(`${name}.character.json`), rig, name), name);
}

/** No world of ours carries the mass scale of the Worm's mouth; observations know nothing of it. */
const withoutMassScales = (rig: RigFile): RigFile => ({
  ...rig,
  bodies: rig.bodies.map((body) => ({
    ...body,
    joints: body.joints.map((joint) => ({ ...joint, massScale: [1, 1] as [number, number] })),
  })),
});

describe.skipIf(because(!compiler || !runtime, 'no mcs or no mono on the PATH: apt-get install mono-mcs mono-runtime'))(
  'the Ragdoll Agent',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'gaitsmith-ragdoll-'));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    const sound = ragdollScripts();
    const mutants = ragdollMutations.map((mutation, at) => ({ ...mutation, own: `Mutant${at}` }));
    const characters = Object.fromEntries(
      NAMES.map((name) => [name, characterNamed(name, withoutMassScales)]),
    ) as Record<Name, Character>;
    const project = join(folder, 'Project');
    let newest: Ragdolls;
    let older: Ragdolls;
    const traces = {} as Record<Name, RagdollTrace>;
    const said = {} as Record<Name, Record<string, string[]>>;
    let files = 0;

    /** What is written into the project, at a path of its own. */
    function played(agent: AgentFile): Played {
      const file = join(folder, `agent ${files++}.json`);
      writeFileSync(file, agentFileText(agent, ''));
      return { file, agent, project };
    }
    const soundOf = (name: Name) => played(agentFileOf(characters[name].rig, characters[name].file));

    beforeAll(async () => {
      mkdirSync(join(project, 'ProjectSettings'), { recursive: true });
      writeFileSync(join(project, 'ProjectSettings/DynamicsManager.asset'), '  m_SolverType: 0\n  m_FrictionType: 0\n');
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
    }, 300_000);

    const differences = (name: Name, lines: readonly string[]) => {
      const { task, file } = characters[name];
      return ragdollDifferences(traces[name], task.behavior.observationNames, file.drive, lines);
    };

    it.each(NAMES)('observes the %s as it is trained, and drives its joints to the same targets', (name) => {
      expect(traces[name].touches).toBeGreaterThan(4);
      if (name !== 'worm') expect(traces[name].falls).toBeGreaterThan(0);
      expect(differences(name, said[name]['Sound']!)).toEqual([]);
    });

    it('says the same where it is compiled for Unity 2021, in which damping and velocity have other names', async () => {
      const script = [...builtLines(characters.crawler.rig, soundOf('crawler')), ...traces.crawler.script];
      const { Sound } = await older.play(script, ['Sound']);
      expect(Sound).toEqual(said.crawler['Sound']);
    });

    it.each(mutants)('is another agent where $name', ({ own, file, from, noticed }) => {
      expect(sound[file]!.split(from), 'times that the text to change is there').toHaveLength(2);
      const found = NAMES.flatMap((name) => differences(name, said[name][own]!));
      expect(found.filter((difference) => noticed.test(difference)).length, found.slice(0, 5).join('\n')).toBeGreaterThan(0);
    });

    /** What an agent says when it awakes on a ragdoll that is wrong in one way. */
    async function awake(name: Name, wrong: Wrong, agent?: AgentFile): Promise<Awake> {
      const { rig } = characters[name];
      const lines = builtLines(rig, agent ? played(agent) : soundOf(name), wrong);
      return JSON.parse((await newest.play(lines, ['Sound']))['Sound']![0]!) as Awake;
    }

    it('sets what no file of a project says: the greatest angular velocity of every body', async () => {
      const { bodies, joints } = await awake('worm', {});
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
      const scaled = (field: 'mass' | 'linearDamping', by: number) => (body: RigFile['bodies'][number]) =>
        body.name === 'leg1' ? { ...body, [field]: body[field] * by } : body;
      const joint = (change: object) => (body: RigFile['bodies'][number]) =>
        body.name === 'leg1' ? { ...body, joints: [{ ...body.joints[0]!, ...change }] } : body;
      const cases: readonly (readonly [string, Wrong, RegExp])[] = [
        ['another physics step', { world: [['timeStep', 0.02]] }, /Fixed Timestep: 0.02, expected 0.01333\. .*--apply-physics/],
        ['another gravity', { world: [['gravity', 9.81]] }, /Gravity, y: -9.81, expected -14.715/],
        ['another number of iterations', { world: [['positionIterations', 6]] }, /Default Solver Iterations .*: 6, expected 12/],
        ['another number of velocity iterations', { world: [['velocityIterations', 1]] }, /Velocity Iterations .*: 1, expected 12/],
        ['another bounce threshold', { world: [['bounceThreshold', 1]] }, /Bounce Threshold: 1, expected 2/],
        ['another contact offset', { world: [['contactOffset', 0.02]] }, /Contact Offset: 0.02, expected 0.01/],
        ['layers that pass through one another', { world: [['apart', '0 0']] }, /Layer Collision Matrix, Default and Default: not ticked, expected ticked/],
        ['another layer', { world: [['layer', '0 Body']] }, /Body > Layer: Body, expected Default/],
        ['another decision period', { requester: [4, 0] }, /Decision Period: 4, expected 5/],
        ['actions between decisions', { requester: [5, 1] }, /Take Actions Between Decisions: True, expected False/],
        ['nobody who asks', { requester: 'none' }, /Decision Requester: none, expected one with Decision Period 5/],
        ['no ground', { noGround: true }, /the tag ground: no object/],
        ['no tag of the ground', { noGround: true, tag: '-' }, /Tags and Layers > Tags: none, expected ground/],
        ['another mass', { body: scaled('mass', 2) }, /Body\/leg1 > Rigidbody > Mass: \d+, expected \d+/],
        ['another damping', { body: scaled('linearDamping', 2) }, /leg1 > Rigidbody > Drag: 0.1, expected 0.05/],
        ['another limit', { body: joint({ y: 30 }) }, /leg1 > configurable joint > Y limit, degrees: 30, expected 20/],
        ['a limit that was let go', { body: joint({ angular: ['limited', 'free', 'locked'] }) }, /Angular Y Motion: Free, expected limited/],
        ['another axis', { body: joint({ axis: [0, 1, 0] }) }, /leg1 > configurable joint > Axis/],
        ['another anchor', { body: joint({ anchor: [0, 0, 0] }) }, /leg1 > configurable joint > Anchor: 0.5 m away/],
        ['another connected body', { body: joint({ connectedTo: 'leg2' }) }, /Connected Body: leg2, expected Body/],
        [
          'another start',
          { body: (body) => (body.name === 'foreleg1' ? { ...body, position: [body.position[0], 0, 0] } : body) },
          /Body\/leg1\/foreleg1: [\d.]+ m away, expected less than 0.005 m away/,
        ],
      ];
      it.each(cases)('%s', async (_, wrong, message) => {
        const { errors, warnings, runs } = await awake('crawler', wrong);
        expect([errors, runs]).toEqual([[], true]);
        expect(warnings.join('\n')).toMatch(message);
      });

      it('a solver and a friction that no script can ask for, in the Editor by the file of the project', async () => {
        const other = join(folder, 'Other');
        mkdirSync(join(other, 'ProjectSettings'), { recursive: true });
        writeFileSync(join(other, 'ProjectSettings/DynamicsManager.asset'), '  m_FrictionType: 1\n  m_SolverType: 1\n');
        const { warnings } = await awake('crawler', { world: [['project', other]] });
        expect(warnings).toHaveLength(2);
        expect(warnings.join('\n')).toMatch(/Solver Type.*: 1, expected 0[\s\S]*Friction Type.*: 1, expected 0/);
      });

      it('and nothing where all is as it was', async () => {
        for (const name of NAMES) expect((await awake(name, {})).warnings).toEqual([]);
      });
    });

    describe('does not start', () => {
      const crawler = () => agentFileOf(characters.crawler.rig, characters.crawler.file);
      it('without a body, and tells its path', async () => {
        const { errors, runs } = await awake('crawler', { leftOut: 'foreleg2' });
        expect(runs).toBe(false);
        expect(errors.join('\n')).toMatch(/body .* is not there\. Hero\/Body\/leg2\/foreleg2: none, expected foreleg2\. Give the object its old name/);
      });

      it('where the parameters of its behaviour are of other sizes, or stacked', async () => {
        const { errors, runs } = await awake('crawler', { sizes: [32, 19, 2] });
        expect(runs).toBe(false);
        expect(errors.join('\n')).toMatch(/Space Size: 32, expected 126/);
        expect(errors.join('\n')).toMatch(/Stacked Vectors: 2, expected 1/);
        expect(errors.join('\n')).toMatch(/19 continuous, 0 discrete, expected 20 continuous, 0 discrete/);
      });

      it('where something is observed that it does not know', async () => {
        const agent = crawler();
        const [first, ...more] = agent.sensors;
        const rows = first!.rows.with(3, { ...first!.rows[3]!, row: 'smell' });
        const { errors, runs } = await awake('crawler', {}, { ...agent, sensors: [{ ...first!, rows }, ...more] });
        expect(runs).toBe(false);
        expect(errors.join('\n')).toMatch(/does not know\. character > obs_0: smell of 4 numbers, expected a row that is known here\. Update com.gaitsmith/);
      });

      it('where the rows do not come to the size', async () => {
        const agent = crawler();
        const [first, ...more] = agent.sensors;
        const sensors = [{ ...first!, rows: first!.rows.slice(1) }, ...more];
        expect((await awake('crawler', {}, { ...agent, sensors })).errors.join('\n')).toMatch(/size of the policy's input.*obs_0: 123, expected 126/);
      });

      it('with a file of another format, or none', async () => {
        const { errors } = await awake('crawler', {}, { ...crawler(), format: 2 as 1 });
        expect(errors.join('\n')).toMatch(/format 2, expected format 1/);
        const lines = builtLines(characters.crawler.rig, { ...soundOf('crawler'), file: '-' });
        expect((await newest.play(lines, ['Sound']))['Sound']![0]).toMatch(/No character is assigned/);
      });

      it('where a joint is of another kind', async () => {
        const hinge = (body: RigFile['bodies'][number]) =>
          body.name === 'leg1' ? { ...body, joints: [{ ...body.joints[0]!, type: 'hinge' as const }] } : body;
        expect((await awake('crawler', { body: hinge })).errors.join('\n')).toMatch(/of another kind.*configurable as joint 0/);
      });
    });

    it('makes Character and Hinge joints the ConfigurableJoints that the training had, a hinge turning the other way', async () => {
      const kinds = (rig: RigFile): RigFile => ({
        ...rig,
        bodies: rig.bodies.map((body) => {
          const type = body.name.startsWith('leg') ? ('character' as const) : ('hinge' as const);
          return { ...body, joints: body.joints.map((joint) => ({ ...joint, type })) };
        }),
      });
      const character = characterNamed('crawler', kinds);
      const { rig, file } = character;
      const answer = (await newest.play(builtLines(rig, played(agentFileOf(rig, file))), ['Sound']))['Sound']![0]!;
      const { joints, errors, warnings } = JSON.parse(answer) as Awake;
      expect([errors, warnings]).toEqual([[], []]);
      const was = (await awake('crawler', {})).joints;
      for (const joint of was) {
        const { secondaryAxis, ...now } = joints.find(({ on }) => on === joint.on)!;
        const { secondaryAxis: before, ...expected } = joint;
        expect(now).toEqual(expected);
        expect(secondaryAxis).toEqual(before);
      }
      expect(joints).toHaveLength(was.length);
    });

    it('asks for its own decisions where another agent stands before it on its object', async () => {
      const asked = async (wrong: Wrong) => {
        const lines = [...builtLines(characters.crawler.rig, soundOf('crawler'), wrong), 'ask\t4', 'ask\t5', 'ask\t10'];
        return (await newest.play(lines, ['Sound']))['Sound']!.slice(1);
      };
      expect(await asked({ other: true })).toEqual(['0', '1', '2']);
      expect(await asked({})).toEqual(['0', '0', '0']);
    });

    it('starts again after a fall, unless it is to stay where it fell', async () => {
      const falls = async (again: number) => {
        const lines = [
          ...builtLines(characters.crawler.rig, soundOf('crawler')),
          ...[`set\tstartAgain\t${again}`, 'begin', 'touch\t0\tenter', 'step', 'step'],
        ];
        return (await newest.play(lines, ['Sound']))['Sound']!.slice(2).map((line) => JSON.parse(line) as object);
      };
      expect(await falls(1)).toEqual([
        { fallen: false, ended: 1 },
        { fallen: false, ended: 1 },
      ]);
      expect(await falls(0)).toEqual([
        { fallen: true, ended: 0 },
        { fallen: true, ended: 0 },
      ]);
    });

    it('finds namesakes by their number among siblings', async () => {
      const twins = (rig: RigFile): RigFile => ({
        ...rig,
        bodies: rig.bodies.map((body) => ({
          ...body,
          path: body.path.replace(/leg(\d)\/foreleg\d$/, 'leg[$1]/shin').replace(/leg(\d)$/, 'leg[$1]'),
        })),
      });
      const { rig, file } = characterNamed('crawler', twins);
      const lines = [...builtLines(rig, played(agentFileOf(rig, file))), ...traces.crawler.script];
      const answers = (await newest.play(lines, ['Sound']))['Sound']!;
      const observed = (all: readonly string[]) => all.filter((line) => line.startsWith('[[') && line.includes('],['));
      expect(observed(answers)[0]).toEqual(observed(said.crawler['Sound']!)[0]);
      expect((JSON.parse(answers[0]!) as Awake).errors).toEqual([]);
    });
  },
);
