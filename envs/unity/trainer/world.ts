/**
 * Unity, as training sees it: one Editor, or several players, each at a port of its own.
 *
 * Behaviours are found out as Unity tells of them. Each has one environment for every Unity, and these outlast its sessions:
 * Stop and Play again is for training only a moment in which nothing happens.
 */
import { UserError } from '../../../base/failure/user-error.ts';
import { AGENTS_OF_A_WORLD, type BehaviorSpec, type ParameterValues } from '../../env.ts';
import { AGGREGATION } from '../protocol/side-channels.ts';
import { differenceOf } from './behavior.ts';
import { UnityEnvironment } from './environment.ts';
import { Listener, type ListenerWorld, type SessionEnd } from './listener.ts';
import type { Session } from './session.ts';
import { type EngineSettings, engineMessages, ToldParameters } from './settings.ts';
import { Statistics } from './statistics.ts';

export interface UnityWorldOptions {
  /** Where to listen. */
  readonly hosts: readonly string[];
  /** One for each Unity; 0 for any that is free. */
  readonly ports: readonly number[];
  /** That of the first Unity; the next one has the next. */
  readonly seed: number;
  /** Copies that Unity makes of a training area. */
  readonly areas: number;
  readonly engine: EngineSettings;
  /** To begin with; an environment may set others. */
  readonly parameters: ParameterValues;
  /**
   * A behaviour that was met for the first time, and its environments, one for each Unity.
   *
   * @throws UserError where it is not to be trained: Unity is then told to stop.
   */
  onBehavior(behavior: BehaviorSpec, environments: readonly UnityEnvironment[]): void;
  readonly hooks: UnityHooks;
}

/** What is told while it runs; `unity` is the number of the Unity, from 0. */
export interface UnityHooks {
  info(message: string): void;
  warn(message: string): void;
  /**
   * A message of Unity's that was refused, and its session with it: an `UnfitUnity` where it would be so again after any
   * restart. What is no UserError is a bug of ours.
   */
  refused(unity: number, error: Error): void;
  ended(unity: number, reason: SessionEnd): void;
}

interface Known {
  readonly behavior: BehaviorSpec;
  readonly environments: readonly UnityEnvironment[];
  /** Of all Unitys together: whichever environment is asked takes them. */
  readonly statistics: Statistics;
}

export class UnityWorld {
  readonly #options: UnityWorldOptions;
  readonly #behaviors = new Map<string, Known>();
  readonly #listeners: Listener[] = [];
  /** Of each Unity. */
  readonly #parameters: readonly ToldParameters[];

  private constructor(options: UnityWorldOptions) {
    this.#options = options;
    this.#parameters = options.ports.map(() => new ToldParameters(options.parameters, options.seed));
  }

  /** @throws UserError where it can't listen there. */
  static async open(options: UnityWorldOptions): Promise<UnityWorld> {
    const world = new UnityWorld(options);
    try {
      for (const [unity, port] of options.ports.entries()) {
        world.#listeners.push(await Listener.open(options.hosts, port, world.#worldOf(unity)));
      }
    } catch (error) {
      await world.close();
      throw error;
    }
    return world;
  }

  get ports(): readonly number[] {
    return this.#listeners.map(({ port }) => port);
  }

  /** The session of a Unity that is there. */
  session(unity: number): Session | undefined {
    return this.#listeners[unity]!.session;
  }

  /** Tells every Unity to stop; one that comes later too. */
  dismiss(): void {
    for (const listener of this.#listeners) listener.dismiss();
  }

  /** Ends every connection; those that wait for an answer are told to stop. */
  async close(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.close()));
  }

  #worldOf(unity: number): ListenerWorld {
    const { seed, areas, engine, hooks } = this.#options;
    const parameters = this.#parameters[unity]!;
    return {
      seed: seed + unity,
      areas,
      info: hooks.info,
      warn: hooks.warn,
      error: (error) => hooks.refused(unity, error),
      ended: (reason) => hooks.ended(unity, reason),
      firstMessages: () => [...parameters.messages(), ...engineMessages(engine)],
      newMessages: () => parameters.changes(),
      environmentOf: (behavior) => this.#known(behavior).environments[unity]!,
      measured: (message) => {
        if (message.aggregation === AGGREGATION.mostRecent && unity !== 0) return;
        for (const { statistics } of this.#behaviors.values()) statistics.add(message);
      },
    };
  }

  #known(behavior: BehaviorSpec): Known {
    const { name } = behavior;
    const known = this.#behaviors.get(name);
    if (!known) return this.#meet(behavior);
    const difference = differenceOf(known.behavior, behavior);
    if (difference === undefined) return known;
    throw new UserError({
      what: 'this behaviour is no longer what it was when the training began',
      where: `behaviour ${name}`,
      value: difference,
      mend: 'undo the change in Unity, or end this training and begin another one: --run-id NAME',
    });
  }

  #meet(behavior: BehaviorSpec): Known {
    const statistics = new Statistics();
    const environments = this.#parameters.map(
      (parameters, unity) => new UnityEnvironment(behavior, unity * AGENTS_OF_A_WORLD, { statistics, parameters }),
    );
    this.#options.onBehavior(behavior, environments);
    const known = { behavior, environments, statistics };
    this.#behaviors.set(behavior.name, known);
    return known;
  }
}
