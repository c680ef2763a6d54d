/**
 * The GUID of an asset that Unity has not seen yet, derived from where it lies.
 *
 * Prefabs and scenes refer to an asset only by the GUID in its .meta. Unity would invent a random one, different on each
 * machine; one that follows from the path is the same everywhere and at every first deploy, so a prefab can refer to the
 * model before there is one.
 *
 * Derivation: the first 128 bits of SHA-256 over "gaitsmith unity asset 1\n" and the project-relative path, in 32
 * lower-case hex digits. The path is first written with `/`, in Unicode NFC and in lower case, because Windows and macOS
 * take `assets\WALKER.onnx` and `Assets/Walker.onnx` for one file. The 1 allows for another derivation some day.
 */
import { sha256 } from '../base/files/hash.ts';

/** GUID of the asset (or folder) at this path, e.g. `Assets/Gaitsmith/Walker/Walker.onnx`. */
export function assetGuid(projectRelativePath: string): string {
  const path = projectRelativePath.replaceAll('\\', '/').normalize('NFC').toLowerCase();
  return sha256(`gaitsmith unity asset 1\n${path}`).slice(0, 32);
}
