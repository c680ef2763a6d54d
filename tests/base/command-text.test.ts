/** Commands in messages can be pasted: said by one function, which knows how the program was started. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandText, quoted } from '../../base/command-text.ts';

const root = join(import.meta.dirname, '../..');

describe('a command in a message', () => {
  it('is a script of package.json in a checkout, with the "--" that npm wants before flags', () => {
    expect(commandText('export')).toBe('npm run export');
    expect(commandText('export', '--run-id walker')).toBe('npm run export -- --run-id walker');
    expect(commandText('lint', 'walker.onnx')).toBe('npm run lint:policy -- walker.onnx');
  });

  it('is a command of the program where that is installed', () => {
    expect(commandText('export', '', false)).toBe('npx gaitsmith export');
    expect(commandText('lint', 'walker.onnx --strict', false)).toBe('npx gaitsmith lint walker.onnx --strict');
  });

  it('has words that would fall apart in quotes', () => {
    expect(quoted('a b', 'linux')).toBe("'a b'");
    expect(quoted("it's", 'linux')).toBe("'it'\\''s'");
    expect(quoted('a b', 'win32')).toBe('"a b"');
    expect(quoted('Assets\\Walker.onnx', 'win32')).toBe('Assets\\Walker.onnx');
    expect(quoted('Assets\\Walker.onnx', 'linux')).toBe("'Assets\\Walker.onnx'");
  });
});

describe('no other source', () => {
  /** What only developers read: the pages that are made, and what is written into C#. */
  const spared = ['base/command-text.ts', 'docs/make/', 'unity/make/', 'tests/', 'node_modules/', 'dist/', 'runs/'];
  const comment = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;
  const throughShell = (source: string) =>
    source
      .replaceAll(comment, '')
      .match(/import [^;]*\bexec(Sync)?\b[^;]*'node:child_process'|\bshell: |\(\s*['"`](\/bin\/)?(ba)?sh\b/g) ?? [];
  const spelled = (source: string) => source.replaceAll(comment, '').match(/(npm run|npx) [\w$<{].*/g) ?? [];

  const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => /\.(ts|mjs|cjs)$/.test(path) && !spared.some((each) => path.startsWith(each)));
  const foundBy = (look: (source: string) => readonly string[]) =>
    sources.flatMap((path) => look(readFileSync(join(root, path), 'utf8')).map((text) => `${path}: ${text}`));

  it('spells one', () => {
    expect(sources.length).toBeGreaterThan(300);
    expect(foundBy(spelled)).toEqual([]);
  });

  it('starts a program through a shell, which Windows has none of that reads as others do', () => {
    expect(foundBy(throughShell)).toEqual([]);
  });

  it('could without being found', () => {
    expect(throughShell("import { exec, spawn } from 'node:child_process';")).toHaveLength(1);
    expect(throughShell("spawn('ls', { shell: true }); spawn('sh', []); execFile('/bin/bash')")).toHaveLength(3);
    expect(throughShell("import { execFile, spawn } from 'node:child_process';\n/** By `sh`. */")).toEqual([]);
    expect(spelled("mend: 'npm run export -- --resume'")).toHaveLength(1);
    expect(spelled("mend: 'see npx gaitsmith --help'")).toHaveLength(1);
    expect(spelled('/** `npm run film`: a film. */\n// npm run x\n')).toEqual([]);
  });
});
