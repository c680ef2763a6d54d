/**
 * What the console says of an Editor: that it is waited for, that it came and went, and, where nothing happens for a while,
 * what usually is the cause.
 */
import type { SessionEnd } from './listener.ts';

export interface EditorState {
  readonly port: number;
  /** Of the session that is on. */
  readonly session?: { readonly decisions: number; readonly silentFor: number } | undefined;
}

/** Seconds. */
export interface EditorPatience {
  /** Until the usual causes are told. */
  readonly hint: number;
  /** Until Unity's silence counts as its end; undefined: it never does. */
  readonly timeout?: number | undefined;
}

export class EditorConsole {
  readonly #patience: EditorPatience;
  readonly #say: (message: string) => void;
  readonly #now: () => number;
  /** What is being waited for, and since when (milliseconds). */
  #waiting: 'play' | 'decisions' | 'message' = 'play';
  #since: number;
  #isHinted = false;

  /** @param now milliseconds on a clock that never jumps back. */
  constructor(patience: EditorPatience, say: (message: string) => void, now = () => performance.now()) {
    this.#patience = patience;
    this.#say = say;
    this.#now = now;
    this.#since = now();
  }

  listening(port: number): void {
    this.#wait('play');
    this.#say(`Listening on port ${port}. Start training by pressing the Play button in the Unity Editor.`);
  }

  ended(reason: SessionEnd, port: number): void {
    if (reason === 'closed' || reason === 'replaced') return;
    this.#say(ENDS[reason]);
    this.listening(port);
  }

  /**
   * To be called now and then.
   *
   * @returns why it is no longer waited for, where it isn't.
   */
  look({ port, session }: EditorState): string | undefined {
    const waiting = !session ? 'play' : session.decisions === 0 ? 'decisions' : 'message';
    if (waiting !== this.#waiting) this.#wait(waiting);
    const silent = waiting === 'message' ? session!.silentFor : this.#now() - this.#since;
    if (silent < 1000) this.#isHinted = false;
    const { hint, timeout } = this.#patience;
    if (timeout !== undefined && silent >= 1000 * timeout) {
      return `The Unity environment took too long to respond: ${timeout} s (timeout_wait). ${causesOf(waiting, port)}`;
    }
    if (silent < 1000 * hint || this.#isHinted) return undefined;
    this.#isHinted = true;
    this.#say(`${WAITS[waiting]} for ${Math.round(silent / 1000)} s. ${causesOf(waiting, port)}`);
    return undefined;
  }

  #wait(waiting: 'play' | 'decisions' | 'message'): void {
    this.#waiting = waiting;
    this.#since = this.#now();
    this.#isHinted = false;
  }
}

const ENDS = {
  stopped: 'Unity left play mode. The training waits; Ctrl-C saves it and ends.',
  lost: 'Unity went away without a word. The training waits; Ctrl-C saves it and ends.',
  refused: 'Unity was told to stop, for the reason above. The training waits; Ctrl-C saves it and ends.',
} as const;

const WAITS = {
  play: 'Nobody has pressed Play',
  decisions: 'Unity is there, but no agent has asked for a decision',
  message: 'Unity has said nothing',
} as const;

const CAUSES = {
  play: (port: number) => [
    `Project Settings > ML-Agents > Editor Training Port is not ${port}, or Connect to Trainer is off there`,
    'Play was pressed before this began to listen: Unity asks only once, so stop and press Play again',
    'the scene has no agent, or the package com.unity.ml-agents is missing',
    ...proxyCause(),
  ],
  decisions: () => [
    'Behavior Parameters > Behavior Type is not Default',
    'the agent has no Decision Requester, and never calls RequestDecision',
    'the agent, or its game object, is not active',
  ],
  message: () => ['the Editor is paused', 'it stands at a breakpoint', 'it shows a dialogue, or it imports'],
} as const;

function causesOf(waiting: keyof typeof CAUSES, port: number): string {
  return ['The usual causes:', ...CAUSES[waiting](port).map((cause) => `  - ${cause}`)].join('\n');
}

/** Unity's gRPC goes by these variables even to its own machine; where they are set here, they are there too. */
function proxyCause(): string[] {
  const names = ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'grpc_proxy'];
  const set = names.filter((name) => process.env[name]);
  const which = set.length > 0 ? `${set.join(', ')} is set` : 'a proxy variable (http_proxy, https_proxy) is set';
  return [`${which} where Unity was started: it then looks for the trainer at the proxy`];
}
