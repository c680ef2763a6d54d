/** What Unity is told: how fast time goes, and the environment's parameters. */
import type { ParameterValues, Sampler } from '../../env.ts';
import type { SideChannelMessage } from '../protocol/side-channels.ts';

/** `engine_settings` of an ML-Agents configuration. What is absent is left as it is in Unity. */
export interface EngineSettings {
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly quality_level?: number | undefined;
  /** Unity seconds in a second. */
  readonly time_scale: number;
  /** Frames a second; -1: as many as there can be. */
  readonly target_frame_rate: number;
  /** Frames that a second of Unity's time is made of, however long they take; 0: as long as they take. */
  readonly capture_frame_rate: number;
}

export function engineMessages(settings: EngineSettings): SideChannelMessage[] {
  const { width, height, quality_level, time_scale, target_frame_rate, capture_frame_rate } = settings;
  return [
    ...(width && height ? [{ kind: 'screenResolution', width, height } as const] : []),
    ...(quality_level === undefined ? [] : [{ kind: 'qualityLevel', level: quality_level } as const]),
    { kind: 'timeScale', scale: time_scale },
    { kind: 'targetFrameRate', rate: target_frame_rate },
    { kind: 'captureFrameRate', rate: capture_frame_rate },
  ];
}

/** The environment's parameters as one Unity is to have them. */
export class ToldParameters {
  #values: ParameterValues;
  readonly #seed: number;
  /** Names of those that it was not told of as they are now. */
  readonly #changed = new Set<string>();

  /** @param seed of the run; a sampler whose own is -1 is given one made of it and the parameter's place. */
  constructor(values: ParameterValues, seed: number) {
    this.#values = values;
    this.#seed = seed;
  }

  /** Sets those that are named. A sampler that is the same object as before goes on where it is. */
  set(values: ParameterValues): void {
    for (const [name, value] of Object.entries(values)) {
      if (value !== this.#values[name]) this.#changed.add(name);
    }
    this.#values = { ...this.#values, ...values };
  }

  /** All of them, for a Unity that has just connected. */
  messages(): SideChannelMessage[] {
    this.#changed.clear();
    return Object.keys(this.#values).map((name) => this.#message(name));
  }

  /** Those that have changed since the last call of this or of `messages`. */
  changes(): SideChannelMessage[] {
    const changed = [...this.#changed].map((name) => this.#message(name));
    this.#changed.clear();
    return changed;
  }

  #message(name: string): SideChannelMessage {
    const value = this.#values[name]!;
    if (typeof value === 'number') return { kind: 'parameter', name, value };
    return samplerMessage(name, value, this.#seed + Object.keys(this.#values).indexOf(name));
  }
}

function samplerMessage(name: string, sampler: Sampler, ownSeed: number): SideChannelMessage {
  const { seed } = sampler.sampler_parameters;
  const parameter = { name, seed: seed === -1 ? ownSeed : seed };
  switch (sampler.sampler_type) {
    case 'uniform': {
      const { min_value, max_value } = sampler.sampler_parameters;
      return { kind: 'uniformParameter', ...parameter, minimum: min_value, maximum: max_value };
    }
    case 'gaussian': {
      const { mean, st_dev } = sampler.sampler_parameters;
      return { kind: 'gaussianParameter', ...parameter, mean, deviation: st_dev };
    }
    case 'multirangeuniform':
      return { kind: 'multiRangeParameter', ...parameter, intervals: sampler.sampler_parameters.intervals.flat() };
  }
}
