/** The site's table of contents: its pages in the order in which somebody may want them, by their path from the root. */

export interface Section {
  readonly title: string;
  readonly pages: readonly { readonly title: string; readonly path: string }[];
}

export const sections: readonly Section[] = [
  {
    title: 'Begin',
    pages: [
      { title: 'What it is', path: 'README.md' },
      { title: "I have ML-Agents' Walker", path: 'docs/start-walker.md' },
      { title: 'I have a trained .onnx and want CI', path: 'docs/start-ci.md' },
      { title: 'I have a character of my own', path: 'docs/start-character.md' },
      { title: 'From a prefab to a policy that walks it', path: 'docs/own-character.md' },
    ],
  },
  {
    title: 'Use it',
    pages: [
      { title: 'Commands', path: 'docs/commands.md' },
      { title: 'JSON', path: 'docs/json.md' },
      { title: 'Runs', path: 'docs/runs.md' },
      { title: 'See it walk in a page', path: 'docs/viewer.md' },
      { title: 'More machines than one', path: 'docs/fleet.md' },
      { title: 'Learning in the browser', path: 'docs/learning-in-the-browser.md' },
      { title: 'A ragdoll out of its prefab', path: 'docs/import-rig.md' },
      { title: 'Deploying into Unity', path: 'docs/deploying.md' },
      { title: 'The agent on your own prefab', path: 'docs/attach.md' },
      { title: 'The Unity package', path: 'unity/com.gaitsmith/README.md' },
      { title: 'Training in Unity', path: 'docs/unity-training.md' },
      { title: 'Serving the Walker to a trainer', path: 'docs/serve-env.md' },
      { title: 'The example project', path: 'examples/unity-project/README.md' },
      { title: 'The walkers that ship', path: 'models/README.md' },
      { title: 'Training on a GPU', path: 'docs/backends.md' },
      { title: 'Sweeps', path: 'docs/sweep.md' },
      { title: 'More machines: what they come to', path: 'docs/scale.md' },
    ],
  },
  {
    title: 'Judge a policy',
    pages: [
      { title: 'The report', path: 'docs/report.md' },
      { title: 'Validating', path: 'docs/validating.md' },
      { title: 'Evaluating', path: 'docs/evaluating.md' },
      { title: 'Regression', path: 'docs/regress.md' },
      { title: 'In CI', path: 'docs/ci.md' },
      { title: 'Lint: what Unity demands', path: 'docs/lint.md' },
    ],
  },
  {
    title: 'How it works',
    pages: [
      { title: 'PPO', path: 'docs/ppo.md' },
      { title: 'Randomisation', path: 'docs/randomisation.md' },
      { title: 'Physics', path: 'docs/physics.md' },
      { title: 'How true to Unity', path: 'docs/fidelity.md' },
      { title: 'How it came to be true', path: 'docs/fidelity-history.md' },
      { title: 'From TensorFlow.js to ONNX', path: 'docs/compile.md' },
    ],
  },
  {
    title: 'Look up',
    pages: [
      { title: 'Words', path: 'docs/glossary.md' },
      { title: 'Changes', path: 'CHANGELOG.md' },
      { title: 'Contributing', path: 'CONTRIBUTING.md' },
    ],
  },
];

/** Where a page lies on the site: README.md is its first page, and pages of docs/ have no folder. */
export function sitePath(path: string): string {
  return path === 'README.md' ? 'index.md' : path.replace(/^docs\//, '').replace(/\/README\.md$/, '.md');
}
