/**
 * Where learning in the page is mounted. `viewer/learn/panel.ts`, where there is one, exports `mountLearning(into, page)`; it is loaded
 * when its part of the panel is first opened, so that nobody waits for it who only watches.
 */
export interface LearningPage {
  /** Lets a policy walk that was just learnt; called again with the same name, it takes the place of the one before. */
  showPolicy(name: string, bytes: Uint8Array): Promise<void>;
  /** The seed that the page has. */
  readonly seed: number;
}

export interface LearningModule {
  mountLearning(into: HTMLElement, page: LearningPage): void | Promise<void>;
}

const found = import.meta.glob<LearningModule>('../learn/panel.ts');

/** Loads it; undefined where there is none. */
export const loadLearning: (() => Promise<LearningModule>) | undefined = Object.values(found)[0];
