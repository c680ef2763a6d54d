/** The held-out evaluations of a training: plays them, keeps the best policy, and scores it once more at the end. */
import { evaluationOf } from '../evaluate/score.ts';
import type { Collector } from './collect/collecting.ts';
import { type HeldOut, heldOutOf, isBetter, isSame, toldEvaluation } from './judge/held-out.ts';
import { byCondition, evaluationConditions, FRESH_AGENTS, trialsOf } from './judge/trials.ts';
import type { Checkpoint } from './keep/checkpoint-tensors.ts';
import type { Keeper, Settled } from './keep/keeper.ts';
import type { RunProgress } from './keep/progress.ts';
import type { SentPolicy } from './policy/acting-policy.ts';
import { policyOf } from './policy/policy-average.ts';
import type { LearningOptions, TrainHooks } from './train-options.ts';

export interface JudgeParts {
  readonly collector: Collector;
  readonly keeper: Keeper;
  /** Makes a checkpoint's policy ready to act. */
  readonly sent: (policy: Pick<Checkpoint, 'parameters' | 'normaliser'>) => SentPolicy;
}

export class HeldOutJudge {
  readonly #options: LearningOptions;
  readonly #hooks: Pick<TrainHooks, 'info' | 'evaluating' | 'signal'>;
  readonly #parts: JudgeParts;
  /** Of the policy that is kept as the best; that may be of a last evaluation, which a run that goes on forgets. */
  #kept: HeldOut | undefined;

  /** @param goesOn whether the run does: what a new one finds in its place is not its own. */
  constructor(
    options: LearningOptions,
    hooks: Pick<TrainHooks, 'info' | 'evaluating' | 'signal'>,
    parts: JudgeParts,
    goesOn: boolean,
  ) {
    this.#options = options;
    this.#hooks = hooks;
    this.#parts = parts;
    this.#kept = goesOn ? parts.keeper.best()?.progress.best : undefined;
  }

  /** The first policy of a run and the one that is kept as its best; undefined before an evaluation. */
  outcome({ first }: RunProgress): { readonly first: HeldOut; readonly best: HeldOut } | undefined {
    return first && this.#kept && { first, best: this.#kept };
  }

  /**
   * Lets a policy play the held-out episodes, and keeps it where it is better than the best.
   *
   * @param state of the training that has come to it.
   * @param isLast whether the run ends with it, in between two that its interval asks for.
   * @returns where the run stands then, and what the policy earned; undefined where that was left in the middle.
   */
  async evaluate(state: Settled, isLast: boolean): Promise<{ progress: RunProgress; heldOut: HeldOut } | undefined> {
    const { step, best, first, evaluationsSinceBest = 0 } = state.progress;
    const played = await this.#play(policyOf(state), step);
    if (!played) return undefined;
    const { evaluation, heldOut } = played;
    const isBest = isBetter(heldOut, best);
    const standing = isBest
      ? { best: heldOut, evaluationsSinceBest: 0 }
      : { evaluationsSinceBest: evaluationsSinceBest + 1 };
    const progress = { ...state.progress, first: first ?? heldOut, ...standing };
    // One that is done again, after a run was cut off, lies there already.
    const isTheKept = this.#kept !== undefined && isSame(heldOut, this.#kept);
    const isKept = isBest && isBetter(heldOut, this.#kept);
    if (isKept) {
      this.#parts.keeper.saveBest({ ...state, progress });
      this.#kept = heldOut;
    }
    this.#parts.keeper.records.addEvaluation(step, evaluation, isLast);
    this.#hooks.info(toldEvaluation(heldOut, evaluation, best, isKept || isTheKept));
    return { progress, heldOut };
  }

  /**
   * The best of several policies is in part the luckiest: it plays once more, episodes that it was not chosen by.
   *
   * @returns whether its score is known; false where that was left in the middle.
   */
  async scoreWinner(): Promise<boolean> {
    const { keeper } = this.#parts;
    const winner = keeper.best();
    const best = winner?.progress.best;
    if (!winner || !best || best.fresh) return true;
    const played = await this.#play(policyOf(winner), best.step, FRESH_AGENTS);
    if (!played) return false;
    const { evaluation } = played;
    const { reward, rewardInterval, episodes } = evaluation;
    this.#kept = { ...best, fresh: { reward, rewardInterval, episodes } };
    keeper.saveBest({ ...winner, progress: { ...winner.progress, best: this.#kept } });
    const score = `${reward.toFixed(2)} +- ${rewardInterval.toFixed(2)}`;
    this.#hooks.info(`The best policy, of step ${best.step}, on ${episodes} fresh episodes: reward ${score}.`);
    return true;
  }

  /** The same episodes for every policy; undefined once the training is to stop. @param firstAgent others of another one. */
  async #play(policy: Pick<Checkpoint, 'parameters' | 'normaliser'>, step: number, firstAgent?: number) {
    const { behavior, configuration } = this.#options;
    const conditions = evaluationConditions(behavior);
    const { evaluation_episodes } = configuration.behavior.gaitsmith;
    const trials = trialsOf(conditions, configuration.environmentParameters, evaluation_episodes, firstAgent);
    const told = (done: number) => this.#hooks.evaluating?.(done, trials.length);
    const { collector, sent } = this.#parts;
    const episodes = await collector.evaluate!(sent(policy), trials, told, this.#hooks.signal);
    if (!episodes) return undefined;
    const played = byCondition(conditions, trials, episodes);
    const evaluation = evaluationOf(played);
    return { evaluation, heldOut: heldOutOf(step, evaluation, played) };
  }
}
