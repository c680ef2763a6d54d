/** What Unity is told when it connects: how fast time goes, and the environment's parameters. */
import type { ParameterValue, Sampler } from '../../env.ts';
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

/** @param seed of the run; a sampler whose own is -1 is given one made of it and its place. */
export function parameterMessages(
  parameters: Readonly<Record<string, ParameterValue>>,
  seed: number,
): SideChannelMessage[] {
  return Object.entries(parameters).map(([name, parameter], place) =>
    typeof parameter === 'number'
      ? { kind: 'parameter', name, value: parameter }
      : samplerMessage(name, parameter, seed + place),
  );
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
