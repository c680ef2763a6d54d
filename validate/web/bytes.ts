/** Numbers as text, to go between Node and a page: base64 of their bytes. Both are little-endian. */

export function textOfBytes(bytes: Uint8Array): string {
  let text = '';
  const most = 0x8000;
  for (let at = 0; at < bytes.length; at += most) text += String.fromCharCode(...bytes.subarray(at, at + most));
  return btoa(text);
}

export function bytesOfText(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

export function textOfNumbers(numbers: Float32Array): string {
  return textOfBytes(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
}

export function numbersOfText(text: string): Float32Array {
  return new Float32Array(bytesOfText(text).buffer);
}
