/**
 * What each com.unity.ml-agents needs: the inference package it depends on and the oldest Editor it runs in.
 * Rows from old to new, one wherever something changes. Packages before 2.0 read model version 2 only and are refused,
 * because the files made here are version 3.
 */
import type { InferencePackageId } from './inference-packages.ts';

export const ML_AGENTS = 'com.unity.ml-agents';

/** The first package that reads model version 3. */
export const FIRST_WITH_VERSION_3 = '2.0.0-exp.1';

/** The first package with "Deterministic Inference" in Behavior Parameters. Before it, actions are always sampled. */
export const FIRST_WITH_DETERMINISTIC_INFERENCE = '2.2.1-exp.1';

export interface MlAgentsRelease {
  readonly from: string;
  readonly engine: InferencePackageId;
  readonly engineVersion: string;
  readonly editor: string;
}

export const ML_AGENTS_RELEASES: readonly MlAgentsRelease[] = [
  { from: '2.0.0-exp.1', engine: 'com.unity.barracuda', engineVersion: '1.4.0-preview', editor: '2019.4' },
  { from: '2.0.0-pre.3', engine: 'com.unity.barracuda', engineVersion: '2.0.0', editor: '2019.4' },
  { from: '2.2.1-exp.1', engine: 'com.unity.barracuda', engineVersion: '2.3.1-preview', editor: '2020.3' },
  { from: '2.3.0-exp.2', engine: 'com.unity.barracuda', engineVersion: '3.0.0', editor: '2020.3' },
  { from: '2.3.0-exp.3', engine: 'com.unity.barracuda', engineVersion: '3.0.0', editor: '2021.3' },
  { from: '3.0.0-exp.1', engine: 'com.unity.sentis', engineVersion: '1.2.0-exp.2', editor: '2022.3' },
  { from: '3.0.0', engine: 'com.unity.sentis', engineVersion: '2.1.0', editor: '2023.2' },
  { from: '4.0.0', engine: 'com.unity.ai.inference', engineVersion: '2.2.1', editor: '6000.0' },
  { from: '4.0.1', engine: 'com.unity.ai.inference', engineVersion: '2.4.1', editor: '6000.0' },
  { from: '4.0.3', engine: 'com.unity.ai.inference', engineVersion: '2.6.1', editor: '6000.0' },
];

/** Tags of Unity's repository, for projects that take the package from Git: `...#release_20`. */
export const ML_AGENTS_TAGS: Readonly<Record<string, string>> = {
  release_17: '2.0.0-exp.1',
  release_18: '2.1.0-exp.1',
  release_19: '2.2.1-exp.1',
  release_20: '2.3.0-exp.3',
  release_21: '3.0.0-exp.1',
  release_22: '3.0.0',
  release_23: '4.0.0',
};
