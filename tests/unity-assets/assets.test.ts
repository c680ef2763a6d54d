/** What is in effect in prefabs and scenes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isActive, placeOf } from '../../unity-assets/assets.ts';
import { idOfCopy } from '../../unity-assets/prefab-instance.ts';
import { numberAt, type Sequence, textAt } from '../../unity-assets/values.ts';
import { assetsIn, gameObject, guid, HEAD, instance, type MemoryFile, theObject } from './project.ts';

const AGENT = `114
MonoBehaviour:
  m_GameObject: {OWNER}
  m_Name: agent
  size: 1
  list:
  - a: 1
  - a: 2
  packed: 0300000002000000
  body: {fileID: 11}
`;
const base = {
  guid: guid(1),
  text: HEAD + gameObject(10, 'Root') + gameObject(20, 'Leaf', { father: '11', component: AGENT }),
};

it("copies have the ids that Unity gave them in ML-Agents' own Platform.prefab", () => {
  expect(idOfCopy('6902107422946006027', '213013859575191415')).toBe('6718791046026642300');
  // The sign bit goes: ids of copies are never negative.
  expect(BigInt(idOfCopy('-1', '5'))).toBe(2n ** 63n - 6n);
});

describe('a variant of a variant', () => {
  const middle = {
    guid: guid(2),
    text:
      HEAD +
      instance(500, base.guid, [
        { target: '22', path: 'size', value: '2' },
        { target: '22', path: 'list.Array.data[1].a', value: '7' },
      ]),
  };
  const inMiddle = idOfCopy('22', '500');
  const outer = {
    guid: guid(3),
    text:
      HEAD +
      instance(600, middle.guid, [
        { target: inMiddle, path: 'size', value: '3' },
        { target: inMiddle, path: 'packed.Array.data[0]', value: '9' },
        { target: inMiddle, path: 'list.Array.size', value: '3' },
        { target: inMiddle, path: 'missing.deep', value: 'x' },
        { target: '77', path: 'size', value: '99' },
        { target: idOfCopy('10', '500'), path: 'm_Name', value: 'Outermost' },
      ]),
  };
  const assets = assetsIn({ 'Base.prefab': base, 'Middle.prefab': middle, 'Outer.prefab': outer });

  it('has what the outermost says, and else what those within it say', () => {
    const agent = theObject(assets, 'Outer.prefab', 'm_Name', 'agent');
    const values = assets.valuesOf(agent);
    expect(textAt(values, 'size')).toBe('3');
    expect(textAt(values, 'missing.deep')).toBe('x');
    const list = values.entries.get('list') as Sequence;
    expect(list.items.map((item) => textAt(item, 'a'))).toEqual(['1', '7', '7']);
    expect(values.entries.get('packed')).toMatchObject({ items: [{ text: '9' }, { text: '2' }] });
    expect(textAt(assets.valuesOf(theObject(assets, 'Middle.prefab', 'm_Name', 'agent')), 'size')).toBe('2');
    expect(textAt(assets.valuesOf(theObject(assets, 'Base.prefab', 'm_Name', 'agent')), 'size')).toBe('1');
  });

  it('has references to its own copies, and each object at its place', () => {
    const agent = theObject(assets, 'Outer.prefab', 'm_Name', 'agent');
    const twice = idOfCopy(idOfCopy('11', '500'), '600');
    expect(textAt(assets.valuesOf(agent), 'body.fileID')).toBe(twice);
    expect(assets.objectsOf('Outer.prefab').get(twice)?.classId).toBe(4);
    expect(placeOf(assets, 'Outer.prefab', assets.gameObjectOf('Outer.prefab', agent))).toBe('Outermost/Leaf');
  });
});

it('of two overrides of one property the later counts', () => {
  const twice = ['4', '5'].map((value) => ({ target: '22', path: 'size', value }));
  const scene = { guid: guid(9), text: HEAD + instance(500, base.guid, twice) };
  const assets = assetsIn({ 'Base.prefab': base, 'Game.unity': scene });
  expect(textAt(assets.valuesOf(theObject(assets, 'Game.unity', 'm_Name', 'agent')), 'size')).toBe('5');
});

it('a handle with an id of its own counts before the rule for ids, and what is added to it belongs to the copy', () => {
  const scene = `${HEAD}${instance(500, base.guid, [])}--- !u!1 &4242 stripped
GameObject:
  m_CorrespondingSourceObject: {fileID: 20, guid: ${base.guid}, type: 3}
  m_PrefabInstance: {fileID: 500}
--- !u!65 &4300
BoxCollider:
  m_GameObject: {fileID: 4242}
  m_Size: {x: 1, y: 2, z: 3}
`;
  const assets = assetsIn({ 'Base.prefab': base, 'Game.unity': { guid: guid(9), text: scene } });
  const leaf = assets.objectsOf('Game.unity').get('4242')!;
  expect(textAt(assets.valuesOf(leaf), 'm_Name')).toBe('Leaf');
  expect(assets.objectsOf('Game.unity').has(idOfCopy('20', '500'))).toBe(false);
  expect(
    assets
      .componentsOf('Game.unity', leaf)
      .map(({ classId }) => classId)
      .sort(),
  ).toEqual([114, 4, 65]);
});

it('what an instance removes is gone, a GameObject with all below it', () => {
  const removing = (id: string) => ({ guid: guid(9), text: HEAD + instance(500, base.guid, [], { removed: [id] }) });
  const left = (id: string) => {
    const assets = assetsIn({ 'Base.prefab': base, 'Game.unity': removing(id) });
    return [...assets.objectsOf('Game.unity').keys()].map((copy) => (BigInt(copy) ^ 500n).toString()).sort();
  };
  expect(left('22')).toEqual(['10', '11', '20', '21']);
  expect(left('20')).toEqual(['10', '11']);
  expect(left('10')).toEqual([]);
});

it('an instance hangs from the Transform that it names, and is inactive where that is', () => {
  const scene =
    HEAD +
    gameObject(30, 'Platform').replace('m_IsActive: 1', 'm_IsActive: 0') +
    instance(500, base.guid, [], { parent: '31' });
  const assets = assetsIn({ 'Base.prefab': base, 'Game.unity': { guid: guid(9), text: scene } });
  const leaf = assets.gameObjectOf('Game.unity', theObject(assets, 'Game.unity', 'm_Name', 'agent'));
  expect(placeOf(assets, 'Game.unity', leaf)).toBe('Platform/Root/Leaf');
  expect(isActive(assets, 'Game.unity', leaf)).toBe(false);
});

describe('an instance that can not be resolved is told, and the rest is read', () => {
  const whyIn = (files: Readonly<Record<string, MemoryFile>>) => {
    const assets = assetsIn(files);
    return assets.unresolvedIn('Game.prefab').map(({ why }) => why);
  };
  it('where the prefab is not there, is a model, or is itself', () => {
    const of = (source: string) => ({ guid: guid(9), text: HEAD + instance(500, source, []) });
    expect(whyIn({ 'Game.prefab': of(guid(7)) })).toEqual(['not in the project']);
    expect(whyIn({ 'Game.prefab': of(guid(7)), 'Bones.fbx': { guid: guid(7), text: '' } })).toEqual([
      'no text file of Unity',
    ]);
    expect(whyIn({ 'Game.prefab': of(guid(9)) })).toEqual(['a prefab within itself']);
  });

  it('and prefabs that multiply without end are refused', () => {
    const files: Record<string, MemoryFile> = { 'P0.prefab': { guid: guid(0), text: HEAD + gameObject(10, 'x') } };
    for (let level = 1; level <= 9; level++) {
      const text =
        HEAD +
        Array.from({ length: 12 }, (_, each) =>
          instance(`${BigInt(1 + each) << BigInt(4 * level)}`, guid(level - 1), []),
        ).join('');
      files[`P${level}.prefab`] = { guid: guid(level), text };
    }
    expect(() => assetsIn(files, 10_000).objectsOf('P9.prefab')).toThrow('more objects than any scene could hold');
  });
});

it('three hundred random nestings have the values of a plain model of them', () => {
  // Each level is an instance of the one before, at a random id, and sets some of five numbers.
  const level = fc.record({
    id: fc.integer({ min: 1000, max: 1e9 }),
    sets: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.integer()),
  });
  fc.assert(
    fc.property(fc.array(level, { minLength: 1, maxLength: 6 }), (levels) => {
      const component = `114\nMonoBehaviour:\n  m_GameObject: {OWNER}\n  m_Name: agent\n  a: 0\n  b: 0\n  c: 0\n  d: 0\n  e: 0\n`;
      const files: Record<string, MemoryFile> = {
        'L0.prefab': { guid: guid(100), text: HEAD + gameObject(10, 'Root', { component }) },
      };
      const expected: Record<string, number> = { a: 0, b: 0, c: 0, d: 0, e: 0 };
      let target = '12';
      for (const [index, { id, sets }] of levels.entries()) {
        const overrides = Object.entries(sets).map(([path, value]) => ({ target, path, value: String(value) }));
        files[`L${index + 1}.prefab`] = {
          guid: guid(101 + index),
          text: HEAD + instance(id, guid(100 + index), overrides),
        };
        Object.assign(expected, sets);
        target = idOfCopy(target, String(id));
      }
      const assets = assetsIn(files);
      const values = assets.valuesOf(assets.objectsOf(`L${levels.length}.prefab`).get(target)!);
      for (const [name, value] of Object.entries(expected)) expect(numberAt(values, name)).toBe(value);
    }),
    { numRuns: 300, seed: 18 },
  );
});
