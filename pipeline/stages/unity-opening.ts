/** Opens the way for Unity: listens, starts players where there are some, and tells the console what happens. */

import { UserError } from '../../base/failure/user-error.ts';
import type { Logger } from '../../cli/logger.ts';
import { findExecutable } from '../../envs/unity/launch/executable.ts';
import { Players } from '../../envs/unity/launch/players.ts';
import { LOOPBACK } from '../../envs/unity/protocol/grpc.ts';
import { EDITOR_PORT } from '../../envs/unity/protocol/messages.ts';
import { EditorConsole } from '../../envs/unity/trainer/editor.ts';
import { checkPort } from '../../envs/unity/trainer/listener.ts';
import { UnfitUnity } from '../../envs/unity/trainer/unfit-unity.ts';
import { UnityWorld } from '../../envs/unity/trainer/world.ts';
import type { EngineSettings } from '../../train/configuration/unity-settings.ts';
import { Curriculum } from '../../train/judge/curriculum.ts';
import type { StageContext } from '../stage.ts';
import type { UnityBehaviors } from './unity-behaviors.ts';
import type { UnityTraining } from './unity-training.ts';

/** Seconds until the usual causes of nothing happening are told. */
const PATIENCE = 30;
const PLAYER_TIMEOUT = 60;

export interface OpenUnity {
  /** Tells every Unity to stop, however long it takes until it is closed. */
  dismiss(): void;
  /** Ends the players, and every connection. */
  close(): Promise<void>;
}

type Places = Pick<UnityTraining, 'player' | 'configuration' | 'host' | 'port' | 'numEnvs'>;

/** @throws UserError where one of the ports that a training would listen at can't be listened at. */
export async function checkPorts(training: Places): Promise<void> {
  const { hosts, ports } = placesOf(training);
  for (const port of ports) await checkPort(hosts, port);
}

/** Where each Unity is listened for: the Editor, or one player after the other. */
function placesOf({ player, configuration, host, port, numEnvs }: Places) {
  const { environment } = configuration;
  const count = player === undefined ? 1 : (numEnvs ?? environment.num_envs);
  const first = port ?? (player === undefined ? EDITOR_PORT : environment.base_port);
  return {
    hosts: host === undefined ? LOOPBACK : [host],
    ports: Array.from({ length: count }, (_, index) => (first === 0 ? 0 : first + index)),
  };
}

/** @throws UserError where the port is taken, or there is no such player. */
export async function openUnity(
  training: UnityTraining,
  context: StageContext,
  behaviors: UnityBehaviors,
): Promise<OpenUnity> {
  const { logger } = context;
  const { player, configuration, host } = training;
  const { environment, engine } = configuration;
  const executable = player === undefined ? undefined : findExecutable(player);
  const patience = { hint: PATIENCE, timeout: environment.timeout_wait };
  const editor = executable ? undefined : new EditorConsole(patience, (message) => logger.info(message));
  const world: UnityWorld = await UnityWorld.open({
    ...placesOf(training),
    seed: behaviors.seed,
    areas: environment.num_areas,
    engine: sentEngineSettings(engine),
    // Those of the first lessons: which behaviours go on from where is known only when they are met.
    parameters: new Curriculum(configuration.environmentParameters).values(),
    onBehavior: (behavior, environments) => behaviors.meet(behavior, environments),
    hooks: {
      info: (message) => logger.info(message),
      warn: (message) => logger.warn(message),
      refused(_unity, error) {
        // In the Editor it can be mended between Stop and Play; a player comes back as it was.
        if (executable && error instanceof UnfitUnity) behaviors.fail(error);
        else logger.error(error instanceof UserError ? error.message : (error.stack ?? String(error)));
      },
      ended: (unity, reason) => {
        if (reason === 'replaced')
          logger.warn('another Unity has connected: that one is trained now, this one is to stop');
        editor?.ended(reason, world.ports[unity]!);
      },
    },
  });
  if (host !== undefined) warnOfHost(host, logger);
  editor?.listening(world.ports[0]!);
  let players: Players | undefined;
  try {
    players = executable ? startPlayers(executable, world, training, context, behaviors) : undefined;
  } catch (error) {
    await world.close();
    throw error;
  }
  const looking = setInterval(() => {
    const reason = editor?.look({ port: world.ports[0]!, session: world.session(0) });
    if (reason) behaviors.fail(new UserError({ what: reason }));
  }, 1000);
  const dismiss = () => {
    clearInterval(looking);
    players?.dismiss();
    world.dismiss();
  };
  return {
    dismiss,
    async close() {
      dismiss();
      await players?.close();
      await world.close();
    },
  };
}

function startPlayers(
  executable: string,
  world: UnityWorld,
  { configuration: { environment, engine } }: UnityTraining,
  { run, logger }: StageContext,
  behaviors: UnityBehaviors,
): Players {
  const players = new Players({
    player: { executable, args: environment.env_args ?? [], logFolder: run.logs },
    ports: world.ports,
    hasWindow: (index) => !engine.no_graphics && !(engine.no_graphics_monitor && index > 0),
    limits: {
      lifetime: environment.max_lifetime_restarts,
      rate: environment.restarts_rate_limit_n,
      period: environment.restarts_rate_limit_period_s,
    },
    timeout: environment.timeout_wait ?? PLAYER_TIMEOUT,
    silence: (index) => world.session(index)?.silentFor,
    warn: (message) => logger.warn(message),
    fail: (error) => behaviors.fail(error),
  });
  const ports = world.ports.join(', ');
  logger.info(`Started ${executable} at port ${ports}; what it says is in ${run.logs}.`);
  return players;
}

/** What ML-Agents' file leaves out, Unity is told nothing about. */
function sentEngineSettings({ width, height, quality_level, ...rates }: EngineSettings) {
  return {
    ...rates,
    width: width ?? undefined,
    height: height ?? undefined,
    quality_level: quality_level ?? undefined,
  };
}

function warnOfHost(host: string, logger: Logger): void {
  logger.warn(
    `listening on ${host}: whoever reaches that address can be trained in place of your Unity, and see what the policy does; nothing is encrypted, and nobody is asked who they are`,
  );
}
