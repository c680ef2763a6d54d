/**
 * The Ragdoll Wizard's biped, nested: a variant of it that is scaled and has soft limits, in an object that is scaled and turned,
 * in a prefab that changes it again. A leg is tied to the world.
 */
import { guid, HEAD, instance } from '../unity-assets/project.ts';
import { imported } from './imported.ts';
import { configurableJoint, idsOf, type ObjectRow, prefabText } from './prefab-builder.ts';
import { wizardBiped } from './ragdolls.ts';

const FREE = { m_AngularXMotion: 2, m_AngularYMotion: 2, m_AngularZMotion: 2 };

/** What is nested, by itself. */
export const tiedBiped: readonly ObjectRow[] = wizardBiped.map((row) =>
  row.name === 'LeftLeg' ? { ...row, components: [...row.components!, configurableJoint(undefined, FREE)] } : row,
);

const ids = idsOf(tiedBiped);
const holder: readonly ObjectRow[] = [
  { name: 'Holder', at: [1, 0.2, 2], scale: [0.8, 0.8, 0.8], turn: [0, Math.SQRT1_2, 0, Math.SQRT1_2] },
];
const VARIANT = 7777;

/** The limit of a joint's twist made soft, in a file that holds it under an id of its own. */
function soften(target: string, spring: number, damper: number) {
  return [
    { target, path: 'm_TwistLimitSpring.spring', value: String(spring) },
    { target, path: 'm_TwistLimitSpring.damper', value: String(damper) },
  ];
}

const files = {
  'Assets/Outer.prefab': prefabText(
    holder,
    instance(8888, guid(1), soften(String(BigInt(ids.component('RightLeg', 2)) ^ BigInt(VARIANT)), 90, 3), {
      parent: idsOf(holder).transform('Holder'),
    }),
  ),
  'Assets/Variant.prefab':
    HEAD +
    instance(VARIANT, guid(2), [
      ...['x', 'y', 'z'].map((axis) => {
        return { target: ids.transform('Biped'), path: `m_LocalScale.${axis}`, value: '1.5' };
      }),
      ...soften(ids.component('LeftLeg', 2), 60, 2),
      ...soften(ids.component('RightLeg', 2), 60, 2),
      { target: ids.component('Spine', 2), path: 'm_TwistLimitSpring.spring', value: '200' },
    ]),
  'Assets/Biped.prefab': prefabText(tiedBiped),
};

export const nestedBiped = imported(files);
