/**
 * Checks the words of an asset path, before any file is looked at: `Assets/Gaitsmith/Walker/Walker.onnx` must mean the
 * same file on Windows, macOS and Linux, and one that Unity imports. One row per rule; the first broken one is told.
 */
import { posix, win32 } from 'node:path';
import { UserError } from '../base/failure/user-error.ts';

interface Rule {
  readonly what: string;
  readonly breaks: (path: string) => boolean;
  readonly expected?: string;
  /** The path the person most likely meant. */
  readonly meant?: (path: string) => string;
}

const EXAMPLE = 'Assets/Gaitsmith/Walker/Walker.onnx';
const segments = (path: string) => path.split('/');

/** Characters no file name may hold on Windows, and names that are devices there. */
const NOT_ON_WINDOWS = /[<>:"|?*]/;
const WINDOWS_DEVICE = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;
/** Unity imports nothing whose file or folder begins with a dot, ends with ~ or is called cvs. */
const HIDDEN_FROM_UNITY = /^\.|~$|^cvs$/i;

const RULES: readonly Rule[] = [
  { what: 'the asset path is empty', breaks: (path) => path.trim() === '' },
  {
    what: 'the asset path must be relative to the Unity project',
    breaks: (path) => posix.isAbsolute(path) || win32.isAbsolute(path) || /^[A-Za-z]:/.test(path),
    meant: (path) => /(?:^|[\\/])(Assets[\\/].*)$/.exec(path)?.[1]?.replaceAll('\\', '/') ?? EXAMPLE,
  },
  {
    what: 'the asset path is written with \\, which Unity does not use',
    breaks: (path) => path.includes('\\'),
    meant: (path) => path.replaceAll('\\', '/'),
  },
  {
    what: 'the asset path has a part that is empty, . or ..',
    breaks: (path) => segments(path).some((part) => part === '' || part === '.' || part === '..'),
    meant: (path) => posix.normalize(path),
  },
  {
    what: 'Assets is written with a capital A and small letters',
    breaks: (path) => /^assets\//i.test(path) && !path.startsWith('Assets/'),
    meant: (path) => `Assets/${path.slice('Assets/'.length)}`,
  },
  {
    what: 'the asset path lies outside Assets, where Unity imports nothing',
    breaks: (path) => !path.startsWith('Assets/'),
    expected: 'a path that begins with Assets/',
  },
  {
    what: 'StreamingAssets is copied into builds as it is and never imported, so no agent could use a model there',
    breaks: (path) => /^Assets\/StreamingAssets\//i.test(path),
    expected: 'another folder under Assets/',
  },
  {
    what: 'the asset path does not end in .onnx',
    breaks: (path) => !path.endsWith('.onnx'),
    expected: 'a file name that ends in .onnx, in small letters',
    meant: (path) => `${path.replace(/\.(onnx|nn|sentis)$/i, '')}.onnx`,
  },
  {
    what: 'Unity does not import files or folders that begin with a dot, end with ~ or are called cvs',
    breaks: (path) => segments(path).some((part) => HIDDEN_FROM_UNITY.test(part)),
  },
  {
    what: 'the asset path has a name that Windows does not allow',
    breaks: (path) =>
      segments(path).some(
        (part) =>
          NOT_ON_WINDOWS.test(part) || hasControlCharacter(part) || WINDOWS_DEVICE.test(part) || /[. ]$/.test(part),
      ),
    expected: 'names without < > : " | ? *, control characters, or a space or dot at the end',
  },
];

/**
 * Returns the path unchanged.
 *
 * @throws UserError at the first broken rule.
 */
export function checkAssetPath(path: string): string {
  const broken = RULES.find((rule) => rule.breaks(path));
  if (!broken) return path;
  throw new UserError({
    what: broken.what,
    where: 'asset path',
    value: path,
    expected: broken.expected ?? 'a path inside the project that begins with Assets/ and ends in .onnx',
    mend: `write ${broken.meant?.(path) ?? EXAMPLE}`,
  });
}

function hasControlCharacter(text: string): boolean {
  return [...text].some((character) => character < ' ' || character === '\u007f');
}
