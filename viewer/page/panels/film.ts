/** Two buttons that film the picture until they are pressed again: as a video, and as a GIF, which is shown wherever pictures are. */
import { commandText } from '../../../base/command-text.ts';
import { button, download } from '../element.ts';
import { Gif } from '../gif.ts';
import type { Problems } from '../problems.ts';

/** Kinds of film that browsers make, the best first. */
const films = ['video/webm;codecs=vp9', 'video/webm;codecs=vp8', 'video/webm', 'video/mp4'];

/** Of a GIF: it is for a chat or a page, and every picture in it is kept whole. */
const gif = { width: 480, millisecondsOfPicture: 66, secondsAtMost: 20 };

/** Told whenever a picture was drawn, in the same task: WebGL forgets it after that. */
export type Drawn = (now: number) => void;

/** @param listen takes who wants to be told of pictures. */
export function filmButtons(
  canvas: HTMLCanvasElement,
  problems: Problems,
  listen: (drawn: Drawn) => void,
): readonly HTMLButtonElement[] {
  return [videoButton(canvas, problems), gifButton(canvas, listen)];
}

function videoButton(canvas: HTMLCanvasElement, problems: Problems): HTMLButtonElement {
  let recording: MediaRecorder | undefined;
  const does = () => {
    if (recording) return recording.stop();
    const type =
      typeof MediaRecorder === 'undefined' ? undefined : films.find((film) => MediaRecorder.isTypeSupported(film));
    if (!type)
      return problems.tell({
        what: 'this browser records no video of a canvas',
        mend: `record a GIF, use a newer browser, or ${commandText('film')}, which paints an animated PNG`,
      });
    const parts: Blob[] = [];
    recording = new MediaRecorder(canvas.captureStream(60), { mimeType: type, videoBitsPerSecond: 12_000_000 });
    recording.addEventListener('dataavailable', ({ data }) => parts.push(data));
    recording.addEventListener('stop', () => {
      download(`walker.${type.startsWith('video/mp4') ? 'mp4' : 'webm'}`, new Blob(parts, { type }));
      recording = undefined;
      show(made, 'Record', false);
    });
    recording.start(1000);
    show(made, 'Stop recording', true);
  };
  const made = button('Record', 'A WebM film of the picture', does, { 'aria-pressed': 'false' });
  return made;
}

function gifButton(canvas: HTMLCanvasElement, listen: (drawn: Drawn) => void): HTMLButtonElement {
  let film:
    | { readonly gif: Gif; readonly small: CanvasRenderingContext2D; readonly began: number; last: number }
    | undefined;
  const end = () => {
    if (film) download('walker.gif', new Blob([film.gif.finish(performance.now())], { type: 'image/gif' }));
    film = undefined;
    show(made, 'Record GIF', false);
  };
  const begin = () => {
    const small = document.createElement('canvas');
    small.width = Math.min(gif.width, canvas.width);
    small.height = Math.max(1, Math.round((small.width * canvas.height) / canvas.width));
    const context = small.getContext('2d', { willReadFrequently: true })!;
    film = { gif: new Gif(small.width, small.height), small: context, began: performance.now(), last: 0 };
    show(made, 'Stop GIF', true);
  };
  listen((now) => {
    if (!film || now - film.last < gif.millisecondsOfPicture) return;
    const { width, height } = film.small.canvas;
    film.small.drawImage(canvas, 0, 0, width, height);
    film.last = now;
    film.gif.add(film.small.getImageData(0, 0, width, height).data, now);
    if (now - film.began > gif.secondsAtMost * 1000) end();
  });
  const title = `An animated GIF of the picture, ${gif.width} pixels wide and ${gif.secondsAtMost} s long at most`;
  const made = button('Record GIF', title, () => (film ? end() : begin()), { 'aria-pressed': 'false' });
  return made;
}

function show(made: HTMLButtonElement, text: string, isPressed: boolean): void {
  made.textContent = text;
  made.setAttribute('aria-pressed', String(isPressed));
}
