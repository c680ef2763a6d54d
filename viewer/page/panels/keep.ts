/** What can be taken home: a replay file, and a film of the picture. */
import { commandText } from '../../../base/command-text.ts';
import { readReplay } from '../../simulation/replay.ts';
import { button, download, element } from '../element.ts';
import { type Link, Told } from '../link.ts';
import type { Policies } from '../policies.ts';
import type { Problems } from '../problems.ts';
import type { Session } from '../session.ts';

/** Kinds of film that browsers make, the best first. */
const films = ['video/webm;codecs=vp9', 'video/webm;codecs=vp8', 'video/webm', 'video/mp4'];

export class Keep {
  readonly children: readonly HTMLElement[];
  readonly #session: Session;
  readonly #policies: Policies;
  readonly #said = element(
    'p',
    { class: 'hint', role: 'status', id: 'kept' },
    'A replay holds the seed, the settings and every input with its step.',
  );

  constructor(session: Session, policies: Policies, link: Link, canvas: HTMLCanvasElement, problems: Problems) {
    this.#session = session;
    this.#policies = policies;
    link.on('kept', ({ replay, hash, steps }) => {
      download(`walker-${hash.slice(0, 8)}.replay.json`, new Blob([replay], { type: 'application/json' }));
      this.#said.textContent = `Saved ${steps} steps, hash ${hash}.`;
    });
    link.on('replayed', ({ isSame, hash, expected }) => {
      this.#said.textContent = isSame
        ? `Played again, the same to the last bit: hash ${hash}.`
        : `Played again, and it came out otherwise: hash ${hash}, not ${expected}.`;
    });
    this.children = [
      element(
        'div',
        { class: 'row' },
        button('Save replay', 'A file that plays again byte for byte: drop it onto this page', () =>
          link.tell({ kind: 'keep' }),
        ),
        recorder(canvas, problems),
      ),
      this.#said,
    ];
  }

  /** Plays a replay's file. @throws UserError where it is none. @throws Told where its policy is not here. */
  async play(text: string, name: string): Promise<void> {
    const replay = readReplay(text, name);
    const ids = replay.policies.map(({ hash, name: policy }) => {
      const id = this.#policies.idOf(hash);
      if (id !== undefined) return id;
      throw new Told({
        what: `${name} was played by the policy ${policy} (hash ${hash}), which is not in the list`,
        mend: 'drop that .onnx onto the page first, then the replay',
      });
    });
    this.#said.textContent = `Playing ${name} again: ${replay.steps} steps, ${replay.inputs.length} inputs.`;
    await this.#session.play(replay, ids);
  }
}

/** A button that films the canvas until it is pressed again. */
function recorder(canvas: HTMLCanvasElement, problems: Problems): HTMLButtonElement {
  let recording: MediaRecorder | undefined;
  const does = () => {
    if (recording) return recording.stop();
    const type =
      typeof MediaRecorder === 'undefined' ? undefined : films.find((film) => MediaRecorder.isTypeSupported(film));
    if (!type)
      return problems.tell({
        what: 'this browser records no video of a canvas',
        mend: `use a newer one, or ${commandText('film')}, which paints an animated PNG`,
      });
    const parts: Blob[] = [];
    recording = new MediaRecorder(canvas.captureStream(60), { mimeType: type, videoBitsPerSecond: 12_000_000 });
    recording.addEventListener('dataavailable', ({ data }) => parts.push(data));
    recording.addEventListener('stop', () => {
      download(`walker.${type.startsWith('video/mp4') ? 'mp4' : 'webm'}`, new Blob(parts, { type }));
      recording = undefined;
      made.textContent = 'Record';
      made.setAttribute('aria-pressed', 'false');
    });
    recording.start(1000);
    made.textContent = 'Stop recording';
    made.setAttribute('aria-pressed', 'true');
  };
  const made = button('Record', 'A WebM film of the picture', does, { 'aria-pressed': 'false' });
  return made;
}
