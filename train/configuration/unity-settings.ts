/**
 * `env_settings` and `engine_settings` of ML-Agents' schema: how a Unity is started and set up. The embedded world has
 * neither, and refuses by name whatever would change something there.
 */
import { z } from 'zod';

const count = () => z.int().positive();
/** -1: without limit. */
const limit = () => z.int().min(-1);
const word = z.union([z.string(), z.number(), z.boolean()], { error: 'a word' }).transform(String);

export const environmentSettings = z.strictObject({
  seed: z.int().default(-1).describe('-1: drawn'),
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

/** What the embedded world can't do anything with, and the value that asks for nothing. */
export const forUnityOnly = [
  { path: ['env_settings', 'env_path'], what: 'a built Unity player', unset: undefined },
  { path: ['env_settings', 'env_args'], what: 'arguments for a Unity player', unset: undefined },
  { path: ['env_settings', 'base_port'], what: 'a Unity player', unset: 5005 },
  { path: ['env_settings', 'num_envs'], what: 'several Unity players', unset: 1 },
  { path: ['env_settings', 'num_areas'], what: 'several training areas (use --agents)', unset: 1 },
  {
    path: ['engine_settings'],
    what: 'engine_settings (the embedded world has no Unity engine to set up)',
    unset: undefined,
  },
] as const;
