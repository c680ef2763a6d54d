/** Settings that change as training goes on (`gaitsmith.phases`): which of them hold at a step. */
import type { Phase } from './gaitsmith-settings.ts';

/** As far as phases are concerned. */
export interface PhasedSettings {
  readonly hyperparameters: { readonly batch_size: number; readonly buffer_size: number; readonly num_epoch: number };
  readonly reward_signals: { readonly extrinsic: { readonly gamma: number } };
  readonly gaitsmith: {
    readonly min_log_deviation: number | null;
    readonly max_log_deviation: number | null;
    readonly adaptive_learning_rate: object | null;
    readonly average_updates: number | null;
    readonly evaluation_interval: number;
    readonly stop_on_plateau: object | null;
    readonly phases: readonly Phase[] | null;
  };
}

/** The phases that begin after more than `before` and up to `now` decisions. */
export function phasesBetween({ gaitsmith }: PhasedSettings, before: number, now: number): readonly Phase[] {
  return (gaitsmith.phases ?? []).filter(({ from_step }) => from_step > before && from_step <= now);
}

/** What holds after `step` decisions: each phase over what held before it. */
export function settingsAt<Settings extends PhasedSettings>(settings: Settings, step: number): Settings {
  return phasesBetween(settings, 0, step).reduce(withPhase<Settings>, settings);
}

/** Settings under those of a phase. */
export function withPhase<Settings extends PhasedSettings>(settings: Settings, phase: Phase): Settings {
  const {
    from_step: _,
    gamma,
    min_log_deviation,
    max_log_deviation,
    adaptive_learning_rate,
    average_updates,
    ...hyperparameters
  } = phase;
  const { extrinsic } = settings.reward_signals;
  return {
    ...settings,
    hyperparameters: { ...settings.hyperparameters, ...hyperparameters },
    reward_signals: {
      ...settings.reward_signals,
      extrinsic: { ...extrinsic, ...(gamma === undefined ? {} : { gamma }) },
    },
    gaitsmith: {
      ...settings.gaitsmith,
      ...(min_log_deviation === undefined ? {} : { min_log_deviation }),
      ...(max_log_deviation === undefined ? {} : { max_log_deviation }),
      ...(adaptive_learning_rate === undefined ? {} : { adaptive_learning_rate }),
      ...(average_updates === undefined ? {} : { average_updates }),
    },
  };
}

/** "batch_size 1024, beta 0.001". */
export function toldPhase({ from_step: _, ...changes }: Phase): string {
  const told = Object.entries(changes).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return told.join(', ');
}
