/** unity/com.gaitsmith/package.json: what Unity's Package Manager reads. */

/** Of the npm package; and the folder of the sample. */
export interface PackageFacts {
  readonly version: string;
  readonly license: string;
  readonly sample: string;
}

/**
 * ML-Agents is no dependency: which of its releases a project can have depends on its Unity, and one that is named here would be
 * installed into all of them. Without it the package compiles, and its window says what is missing.
 */
export function packageManifest({ version, license, sample }: PackageFacts): string {
  const manifest = {
    name: 'com.gaitsmith',
    version,
    displayName: 'Gaitsmith',
    description:
      'The walker that Gaitsmith trains: its body, what it observes and how it acts, for ML-Agents; and a window that tells which policy is deployed, and deploys again.',
    unity: '2021.3',
    license,
    keywords: ['ml-agents', 'reinforcement learning', 'ragdoll', 'locomotion'],
    dependencies: {
      'com.unity.modules.imgui': '1.0.0',
      'com.unity.modules.jsonserialize': '1.0.0',
      'com.unity.modules.physics': '1.0.0',
    },
    samples: [
      {
        displayName: 'Walker',
        description: 'A scene with the walker, a light, and a camera that goes with it. Needs ML-Agents, and a model.',
        path: sample,
      },
    ],
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}
