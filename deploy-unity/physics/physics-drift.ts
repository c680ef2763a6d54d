/**
 * The physics that agents have in a project, against those that their policy was trained with. Pure: reads through `Assets`,
 * and says what could be written.
 */
import type { Assets } from '../../unity-assets/assets.ts';
import type { Behavior } from '../behavior-parameters.ts';
import { agentDrift } from './agent-drift.ts';
import type { Drift } from './drift.ts';
import { settingsDrift } from './settings-drift.ts';
import type { TrainedPhysics } from './trained-physics.ts';

/**
 * Every difference, once: those of settings for each file that says so, those of agents where they come about.
 *
 * @param behaviors the agents that have the policy
 * @param sourceOf path of the prefab with a GUID
 */
export function driftOf(
  assets: Assets,
  behaviors: readonly Behavior[],
  trained: TrainedPhysics,
  sourceOf: (guid: string) => string | undefined,
): Drift[] {
  const found = behaviors.flatMap((behavior) => {
    const { object, path } = behavior;
    const own = agentDrift(assets, behavior, trained);
    const source = object.copy && sourceOf(object.copy.by.source);
    // Told of the prefab where that has the policy too, and here where only this file gives it to the agent.
    const within = behaviors.find((each) => each.path === source && each.object === object.copy?.of);
    const inner = within ? agentDrift(assets, within, trained) : [];
    const isNew = (drift: Drift) => !inner.some((known) => keyOf(known) === keyOf(drift));
    return [...settingsDrift(assets, path, behavior, behaviors, trained), ...own.filter(isNew)];
  });
  const seen = new Set<string>();
  return found.filter((drift) => {
    const key = `${drift.where}: ${keyOf(drift)}`;
    return !seen.has(key) && seen.add(key);
  });
}

const keyOf = ({ what, current }: Drift) => `${what} ${current}`;

/** The drift of each file as one sentence or two. */
export function driftMessages(drifts: readonly Drift[]): { readonly where: string; readonly message: string }[] {
  return [...new Set(drifts.map(({ where }) => where))].map((where) => {
    const here = drifts.filter((each) => each.where === where);
    const told = here.map(
      ({ what, current, wanted, unit }) => `${what} ${current} -> ${wanted}${unit === '' ? '' : ` ${unit}`}`,
    );
    const isWritten = here.some(({ write }) => write);
    const reasons = [...new Set(here.flatMap(({ whyNot }) => whyNot ?? []))].map((why) => {
      const which = here.filter((each) => each.whyNot === why);
      return `${which.length > 3 ? `${which.length} of them` : which.map(({ what }) => what).join(', ')} (${why})`;
    });
    const writing = isWritten ? ` --apply-physics writes ${reasons.length === 0 ? 'that' : 'the others'}.` : '';
    const not = reasons.length === 0 ? '' : ` Yours to change: ${reasons.join('; ')}.`;
    return { where, message: `The policy was trained with other physics: ${told.join(', ')}.${not}${writing}` };
  });
}
