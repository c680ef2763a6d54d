/** Walker.unity: the prefab, a light, and a camera that goes with the walker. */
import { prefabIds } from './prefab.ts';
import { componentOf, documentOf, gameObject, HEAD, rootTransform, script } from './unity-text.ts';

const camera = { gameObject: '1001', transform: '1002', camera: '1003', listener: '1004', script: '1005' };
const light = { gameObject: '2001', transform: '2002', light: '2003' };
const WALKER = '3001';
const SURROUNDINGS = '2';

/** From the walker's hips to the camera, m; and how it looks there: 45 degrees to the left and 15 down. */
const AWAY = { x: 4, y: 1.5, z: -4 };
const LOOK = [0.1205905, -0.3794095, 0.0499502, 0.9159756];

/** The light falls from behind and above: Unity's own, Euler (50, -30, 0). */
const SUN = [0.40821788, -0.23456968, 0.10938163, 0.8754261];

/** What a camera sees and a light falls on: every layer. */
const EVERYTHING = ['m_CullingMask:', '  serializedVersion: 2', '  m_Bits: 4294967295'];

/** @param guids of the assets it refers to. @param hips where the hips start. */
export function scene(
  guids: { readonly prefab: string; readonly camera: string },
  [x, y, z]: readonly [number, number, number],
): string {
  return [
    HEAD,
    documentOf(104, SURROUNDINGS, 'RenderSettings', [
      'm_ObjectHideFlags: 0',
      'serializedVersion: 9',
      'm_Fog: 0',
      // One colour from everywhere, which needs no light to be baked; and Unity's own sky.
      'm_AmbientMode: 3',
      'm_AmbientSkyColor: {r: 0.45, g: 0.47, b: 0.5, a: 1}',
      'm_AmbientIntensity: 1',
      'm_SkyboxMaterial: {fileID: 10304, guid: 0000000000000000f000000000000000, type: 0}',
    ]),
    gameObject(
      camera.gameObject,
      'Main Camera',
      [camera.transform, camera.camera, camera.listener, camera.script],
      'MainCamera',
    ),
    rootTransform(camera.transform, camera.gameObject, [x + AWAY.x, y + AWAY.y, z + AWAY.z], LOOK),
    componentOf(20, camera.camera, 'Camera', camera.gameObject, [
      'm_Enabled: 1',
      'serializedVersion: 2',
      'm_ClearFlags: 1',
      'm_BackGroundColor: {r: 0.19215687, g: 0.3019608, b: 0.4745098, a: 0}',
      'm_NormalizedViewPortRect:',
      '  serializedVersion: 2',
      '  x: 0',
      '  y: 0',
      '  width: 1',
      '  height: 1',
      'near clip plane: 0.1',
      'far clip plane: 200',
      'field of view: 50',
      'orthographic: 0',
      'orthographic size: 5',
      'm_Depth: -1',
      ...EVERYTHING,
      'm_RenderingPath: -1',
      'm_TargetTexture: {fileID: 0}',
      'm_TargetDisplay: 0',
      'm_TargetEye: 3',
      'm_HDR: 1',
      'm_AllowMSAA: 1',
      'm_OcclusionCulling: 1',
    ]),
    componentOf(81, camera.listener, 'AudioListener', camera.gameObject, ['m_Enabled: 1']),
    script(camera.script, camera.gameObject, guids.camera, [
      'walker: Walker',
      `away: {x: ${AWAY.x}, y: ${AWAY.y}, z: ${AWAY.z}}`,
    ]),
    gameObject(light.gameObject, 'Directional Light', [light.transform, light.light]),
    rootTransform(light.transform, light.gameObject, [0, 3, 0], SUN, 1),
    componentOf(108, light.light, 'Light', light.gameObject, [
      'm_Enabled: 1',
      'serializedVersion: 10',
      'm_Type: 1',
      'm_Color: {r: 1, g: 0.95686275, b: 0.8392157, a: 1}',
      'm_Intensity: 1',
      'm_Shadows:',
      '  m_Type: 2',
      '  m_Resolution: -1',
      '  m_CustomResolution: -1',
      '  m_Strength: 1',
      '  m_Bias: 0.05',
      '  m_NormalBias: 0.4',
      '  m_NearPlane: 0.2',
      'm_RenderMode: 0',
      ...EVERYTHING,
      'm_RenderingLayerMask: 1',
      'm_Lightmapping: 4',
      'm_BounceIntensity: 1',
    ]),
    instance(guids.prefab),
  ].join('');
}

/** The prefab where it is, under its own name. Unity writes the place of every instance, so it is written here. */
function instance(guid: string): string {
  const change = (target: string, path: string, value: string | number) => [
    `  - target: {fileID: ${target}, guid: ${guid}, type: 3}`,
    `    propertyPath: ${path}`,
    `    value: ${value}`,
    '    objectReference: {fileID: 0}',
  ];
  const place = (field: string, names: string, values: readonly number[]) =>
    [...names].flatMap((name, at) => change(prefabIds.transform, `${field}.${name}`, values[at]!));
  return documentOf(1001, WALKER, 'PrefabInstance', [
    'm_ObjectHideFlags: 0',
    'serializedVersion: 2',
    'm_Modification:',
    '  m_TransformParent: {fileID: 0}',
    '  m_Modifications:',
    ...change(prefabIds.gameObject, 'm_Name', 'Walker'),
    ...change(prefabIds.transform, 'm_RootOrder', 2),
    ...place('m_LocalPosition', 'xyz', [0, 0, 0]),
    ...place('m_LocalRotation', 'wxyz', [1, 0, 0, 0]),
    '  m_RemovedComponents: []',
    `m_SourcePrefab: {fileID: 100100000, guid: ${guid}, type: 3}`,
  ]);
}
