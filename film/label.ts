/** Writes a few words into a picture, in letters of 5 by 7 dots. */
import type { Picture } from './picture.ts';
import type { Colour } from './points.ts';

/** Rows from the top, of five dots each. */
const LETTERS: Readonly<Record<string, string>> = {
  '0': '01110 10001 10011 10101 11001 10001 01110',
  '1': '00100 01100 00100 00100 00100 00100 01110',
  '2': '01110 10001 00001 00110 01000 10000 11111',
  '3': '01110 10001 00001 00110 00001 10001 01110',
  '4': '00010 00110 01010 10010 11111 00010 00010',
  '5': '11111 10000 11110 00001 00001 10001 01110',
  '6': '01110 10000 10000 11110 10001 10001 01110',
  '7': '11111 00001 00010 00100 01000 01000 01000',
  '8': '01110 10001 10001 01110 10001 10001 01110',
  '9': '01110 10001 10001 01111 00001 00001 01110',
  '.': '00000 00000 00000 00000 00000 01100 01100',
  '-': '00000 00000 00000 11111 00000 00000 00000',
  '/': '00001 00001 00010 00100 01000 10000 10000',
  a: '00000 00000 01110 00001 01111 10001 01111',
  e: '00000 00000 01110 10001 11111 10000 01110',
  f: '00110 01001 01000 11100 01000 01000 01000',
  g: '00000 01111 10001 10001 01111 00001 01110',
  k: '10000 10000 10010 10100 11000 10100 10010',
  l: '01100 00100 00100 00100 00100 00100 01110',
  m: '00000 00000 11010 10101 10101 10101 10101',
  r: '00000 00000 10110 11001 10000 10000 10000',
  s: '00000 00000 01111 10000 01110 00001 11110',
  t: '01000 01000 11100 01000 01000 01001 00110',
  w: '00000 00000 10001 10001 10101 10101 01010',
  ' ': '00000 00000 00000 00000 00000 00000 00000',
};
const WIDTH = 5;

/**
 * What does not fit into the picture is left out.
 *
 * @param place of the upper left corner and edge of a dot, in pixels.
 * @throws Error for a letter that the table above lacks.
 */
export function paintLabel(
  { width, height, pixels }: Picture,
  text: string,
  { left, top, dot }: { readonly left: number; readonly top: number; readonly dot: number },
  colour: Colour,
): void {
  const bytes = colour.map((part) => Math.round(255 * part));
  [...text].forEach((letter, index) => {
    const rows = LETTERS[letter]?.split(' ');
    if (!rows) throw new Error(`there is no letter ${letter} to write ${text} with`);
    for (let y = 0; y < rows.length * dot; y++) {
      for (let x = 0; x < WIDTH * dot; x++) {
        if (rows[Math.floor(y / dot)]![Math.floor(x / dot)] !== '1') continue;
        const [column, row] = [left + index * (WIDTH + 1) * dot + x, top + y];
        if (column < width && row >= 0 && row < height) pixels.set(bytes, 3 * (row * width + column));
      }
    }
  });
}
