/**
 * `env_settings` and `engine_settings` of ML-Agents' schema: how a Unity is started and set up. The embedded world has
 * neither, and refuses by name whatever would change something there.
 */
import { z } from 'zod';
import { GREATEST_SEED } from '../../base/random/stream.ts';

const count = () => z.int().positive();
/** -1: without limit. */
const limit = () => z.int().min(-1);
const word = z.union([z.string(), z.number(), z.boolean()], { error: 'a word' }).transform(String);

export const environmentSettings = z.strictObject({
  seed: z.int().min(-1).max(GREATEST_SEED).default(-1).describe('-1: drawn'),
  env_path: z.string().min(1).nullish().describe('a built player; absent: the Editor; --env stands above it'),
  env_args: z
    .union([z.array(word), z.string().transform((text) => text.split(/\s+/).filter(Boolean))], {
      error: 'a list of words',
    })
    .nullish()
    .describe("what is added to the player's command line"),
  base_port: z.int().min(1).max(65_535).default(5005).describe('of the first player; the next one has the next'),
  num_envs: count().default(1).describe('players side by side'),
  num_areas: count().default(1).describe('copies of the training area that Unity makes'),
  timeout_wait: z
    .number()
    .positive()
    .optional()
    .describe('seconds until a Unity that says nothing counts as dead; default: 60 for players, none for the Editor'),
  max_lifetime_restarts: limit().default(10).describe('of each player'),
  restarts_rate_limit_n: limit().default(1).describe('restarts of a player within restarts_rate_limit_period_s'),
  restarts_rate_limit_period_s: count().default(60),
});

export const engineSettings = z.strictObject({
  width: count().nullish(),
  height: count().nullish(),
  quality_level: z.int().nonnegative().nullish(),
  time_scale: z.number().positive().default(20).describe('Unity seconds in a second'),
  target_frame_rate: z.int().default(-1),
  capture_frame_rate: z.int().nonnegative().default(60),
  no_graphics: z.boolean().default(true).describe('players without a window'),
  no_graphics_monitor: z.boolean().default(false).describe('all players but the first without a window'),
});

export type EnvironmentSettings = z.infer<typeof environmentSettings>;
export type EngineSettings = z.infer<typeof engineSettings>;

/**
 * What the embedded world can't do anything with, and what may stand there all the same: ML-Agents' defaults, which it spells
 * out in the configuration of each run.
 */
export const forUnityOnly = [
  { block: 'env_settings', setting: 'env_path', what: 'a built Unity player' },
  { block: 'env_settings', setting: 'env_args', what: 'arguments for a Unity player' },
  { block: 'env_settings', setting: 'base_port', what: 'a Unity player', harmless: 5005 },
  { block: 'env_settings', setting: 'num_envs', what: 'several Unity players', harmless: 1 },
  { block: 'env_settings', setting: 'num_areas', what: 'several training areas (use --agents)', harmless: 1 },
  { block: 'env_settings', setting: 'timeout_wait', what: 'waiting for Unity', harmless: 60 },
  { block: 'env_settings', setting: 'max_lifetime_restarts', what: 'restarting a Unity player', harmless: 10 },
  { block: 'env_settings', setting: 'restarts_rate_limit_n', what: 'restarting a Unity player', harmless: 1 },
  { block: 'env_settings', setting: 'restarts_rate_limit_period_s', what: 'restarting a Unity player', harmless: 60 },
  ...Object.entries({
    width: 84,
    height: 84,
    quality_level: 5,
    time_scale: 20,
    target_frame_rate: -1,
    capture_frame_rate: 60,
    no_graphics: false,
    no_graphics_monitor: false,
  }).map(([setting, harmless]) => ({ block: 'engine_settings', setting, what: 'a Unity engine to set up', harmless })),
] as const;
