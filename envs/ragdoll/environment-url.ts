/** The module that makes the environment of a character, for worker threads to import: its address says whose. */

/** @param character the path of its file, as `openCharacter` takes it. */
export function environmentUrlOf(character: string): string {
  const url = new URL('./environment.ts', import.meta.url);
  url.searchParams.set('character', character);
  return url.href;
}
