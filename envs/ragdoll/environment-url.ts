/** The module that makes the environment of a character, for worker threads to import: its address says whose. */

/** @param character the path of its file, as `openCharacter` takes it. */
export function environmentUrlOf(character: string): string {
  const url = new URL('./environment.ts', import.meta.url);
  url.searchParams.set('character', character);
  // Loaders of TypeScript take an address that ends in ".json" for one of JSON.
  url.searchParams.set('as', 'module');
  return url.href;
}
