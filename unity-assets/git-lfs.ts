/**
 * Recognises a Git LFS pointer: the hundred-odd bytes of text that lie where a large file belongs until `git lfs pull`
 * fetches it. Unity reads one as a corrupt model or a meta without a GUID.
 */
const BEGINNING = Buffer.from('version https://git-lfs.github.com/spec/');

export function isLfsPointer(content: Uint8Array): boolean {
  return content.length < 1024 && BEGINNING.equals(content.subarray(0, BEGINNING.length));
}
