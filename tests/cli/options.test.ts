import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { flag, lines, type OptionSpecs, portNumber, positiveNumber, text, wholeNumber } from '../../cli/options.ts';
import { argumentsOf, checkOptions, commandLineText, type Given, parseArguments } from '../../cli/parse-options.ts';
import { pathOfRecorded, recordedPath, runFolder } from '../../pipeline/run-folder.ts';

const options = {
  maxSteps: { argument: 'N', description: 'when to stop', schema: wholeNumber(1).optional() },
  rate: { argument: 'X', description: 'how fast', schema: positiveNumber().default(3e-4) },
  colour: { argument: 'NAME', description: 'which', schema: z.enum(['red', 'blue']).default('red') },
  name: { argument: 'NAME', description: 'who', schema: text() },
  resume: { description: 'go on', schema: flag() },
  port: { argument: 'N', description: 'where', schema: portNumber(0).optional() },
  mix: { argument: 'NAME', repeats: 'commas', description: 'with', schema: text().optional() },
  say: { argument: 'TEXT', repeats: 'lines', description: 'what', schema: lines() },
} satisfies OptionSpecs;
const words = { typed: 'npm run paint', summary: 'paints', options };

function parse(...argv: string[]) {
  const parsed = parseArguments(words, argv, {});
  if ('help' in parsed) return parsed;
  return checkOptions(options, parsed.given);
}

describe('flags', () => {
  test('become typed values; what is not given has its default', () => {
    expect(parse('--name', 'a b', '--max-steps', '2e6', '--resume')).toEqual({
      maxSteps: 2_000_000,
      rate: 3e-4,
      colour: 'red',
      name: 'a b',
      resume: true,
      say: [],
    });
    expect(parse('--name=x')).toMatchObject({ name: 'x', maxSteps: undefined, resume: false });
  });

  test('that may be repeated come as one value with commas, and go on as one', () => {
    expect(parse('--name', 'x', '--mix', 'a', '--mix=b')).toMatchObject({ mix: 'a,b' });
    expect(parse('--name', 'x', '--mix', 'a,b')).toMatchObject({ mix: 'a,b' });
  });

  test('that may be repeated with commas inside come as a list, and go on as they were given', () => {
    const parsed = parseArguments(words, ['--name', 'x', '--say', 'a, b', '--say', 'c'], {}) as { given: Given };
    expect(checkOptions(options, parsed.given).say).toEqual(['a, b', 'c']);
    expect(argumentsOf(parsed.given)).toEqual(['--name', 'x', '--say', 'a, b', '--say', 'c']);
    expect(parse('--name', 'x')).toMatchObject({ say: [] });
  });

  test.each([
    ['20000000', 20_000_000],
    ['20_000_000', 20_000_000],
    ['2e7', 20_000_000],
    ['1.5e3', 1500],
  ])('a whole number may be spelled %s', (spelled, value) => {
    expect(parse('--name', 'x', '--max-steps', spelled)).toMatchObject({ maxSteps: value });
  });

  test('may be one word without a flag, before or behind the others, and no more', () => {
    const about = { file: { argument: 'FILE', bare: true, description: 'the picture', schema: text() }, ...options };
    const of = (...argv: string[]) => {
      const parsed = parseArguments({ ...words, options: about }, argv, {});
      return 'help' in parsed ? parsed : checkOptions(about, parsed.given);
    };
    expect(of('a.png', '--name', 'x')).toMatchObject({ file: 'a.png', name: 'x' });
    expect(of('--name', 'x', 'a.png')).toMatchObject({ file: 'a.png' });
    expect(() => of('--name', 'x')).toThrow('FILE: this word is needed; expected the picture');
    expect(() => of('a.png', 'b.png', '--name', 'x')).toThrow(/unexpected word; got "b\.png"; expected one word/);
    expect(() => of('--file', 'a.png')).toThrow(/unknown flag/);
    expect(of('--help')).toMatchObject({ help: expect.stringMatching(/\[options\] \[FILE\][\s\S]*the picture/) });
  });

  test.each(['-1', '65536', '70000', '80.5'])('there is no port %s', (spelled) => {
    expect(parse('--name', 'x', '--port', '65535')).toMatchObject({ port: 65_535 });
    expect(() => parse('--name', 'x', '--port', spelled)).toThrow(/--port.*a whole number, 0 to 65535/);
  });

  test.each(['0', '-1', '1.5', 'ten', '', '1e400', '0x10', '1__0', ' 1'])('and not %j', (spelled) => {
    expect(() => parse('--name', 'x', '--max-steps', spelled)).toThrow(
      `--max-steps: this value is not allowed; got ${JSON.stringify(spelled)}; expected a whole number, 1 or more`,
    );
  });

  test('a value that is not among the allowed ones is told with them', () => {
    expect(() => parse('--name', 'x', '--colour', 'green')).toThrow(
      '--colour: this value is not allowed; got "green"; expected one of "red"|"blue"',
    );
    expect(() => parse('--name', 'x', '--rate', '0')).toThrow('--rate: this value is not allowed; got "0"; expected a');
    expect(() => parse()).toThrow('--name: this flag is needed; expected --name NAME');
    expect(() => parse('--name')).toThrow('--name: this flag needs a value; expected --name <NAME>');
  });

  test('an unknown one is told with the nearest', () => {
    expect(() => parse('--max-stpes', '1')).toThrow('unknown flag; got "--max-stpes"; expected --max-steps.');
    expect(() => parse('--zzzzzzzz')).toThrow(
      'unknown flag; got "--zzzzzzzz". To mend it: see npm run paint -- --help',
    );
  });

  test('a word beside them is told, and not the value of a flag', () => {
    expect(() => parse('--name', 'x', 'resume')).toThrow(
      'npm run paint: unexpected word; got "resume"; expected flags only. To mend it: see npm run paint -- --help',
    );
  });

  test('that npm kept for itself are found out', () => {
    expect(() => parse('red')).toThrow('put "--" before the flags: npm run paint -- ');
    const env = { npm_config_resume: 'true', npm_config_force: 'true' };
    expect(() => parseArguments(words, [], env)).toThrow(
      '--resume: npm took this flag for its own. To mend it: put "--" before the flags: npm run paint -- --resume',
    );
    expect(parseArguments(words, ['--resume'], env)).toEqual({ given: { resume: true } });
  });

  test('--help tells each with its default', () => {
    const { help } = parse('--help') as { help: string };
    expect(help).toContain('Usage: npm run paint -- [options]');
    expect(help).toMatch(/--rate <X> +how fast \(default: 0.0003\)/);
    expect(help).toMatch(/--name <NAME> +who \(needed\)/);
    expect(help).toMatch(/--resume +go on$/m);
  });

  test('come without a second "--" where the command has one in its name', () => {
    const bench = { ...words, typed: 'npm run bench -- paint' };
    const told =
      (...argv: string[]) =>
      () =>
        parseArguments(bench, argv, {});
    const { help } = told('--help')() as { help: string };
    expect(help).toContain('Usage: npm run bench -- paint [options]');
    expect(commandLineText(bench.typed, { resume: true })).toBe('npm run bench -- paint --resume');
    expect(told('--nmae', 'x')).toThrow(/see npm run bench -- paint --help$/);
    expect(told('x')).toThrow('put "--" before the flags: npm run bench -- paint --flag VALUE;');
    expect(told('--', '--name', 'x')).toThrow('leave out the second "--": npm run bench -- paint --flag VALUE;');
    expect(() => parse('--', '--name', 'x')).toThrow('leave out the second "--": npm run paint -- --flag VALUE;');
  });

  test('come without any "--" where no npm stands between, whatever its settings are', () => {
    const installed = { ...words, typed: 'npx gaitsmith paint' };
    const told =
      (...argv: string[]) =>
      () =>
        parseArguments(installed, argv, { npm_config_resume: 'true' });
    expect(told()()).toEqual({ given: {} });
    const { help } = told('--help')() as { help: string };
    expect(help).toContain('Usage: npx gaitsmith paint [options]');
    expect(commandLineText(installed.typed, { resume: true })).toBe('npx gaitsmith paint --resume');
    expect(told('x')).toThrow('expected flags only. To mend it: see npx gaitsmith paint --help');
  });

  test('can be shown as the command line that gives them', () => {
    const given = { runId: 'a', name: "it's", resume: true } as const;
    expect(argumentsOf(given)).toEqual(['--run-id', 'a', '--name', "it's", '--resume']);
    if (process.platform !== 'win32') {
      expect(commandLineText('npm run paint', given)).toBe(`npm run paint -- --run-id a --name 'it'\\''s' --resume`);
    }
    expect(commandLineText('npm run paint', {})).toBe('npm run paint');
  });
});

describe('a run id', () => {
  test.each(['walker', 'Walker_2.1-b', '0', 'a'.repeat(100)])('may be %s', (id) => {
    expect(runFolder(id).path).toBe(join('runs', id));
  });

  test.each([
    '',
    '.',
    '..',
    '../x',
    'a/b',
    'a\\b',
    '.hidden',
    '-x',
    'a b',
    'con',
    'NUL.txt',
    'end.',
    'ä',
    'a'.repeat(101),
  ])('may not be %j', (id) => {
    expect(() => runFolder(id)).toThrow('--run-id: a run id names a folder');
  });

  test('and its folder are told by the flags that name them', () => {
    expect(runFolder('a').flags).toBe('--run-id a');
    expect(runFolder('a', 'other').flags).toBe('--run-id a --runs-dir other');
    // As a shell has to read it.
    expect(runFolder('a', 'my runs').flags).toMatch(/^--run-id a --runs-dir (['"])my runs\1$/);
  });

  test('makes paths in run.json that move with the folder', () => {
    const run = runFolder('a', 'other');
    expect(recordedPath(run, run.policy)).toBe('policy.onnx');
    expect(recordedPath(run, join(run.checkpoints, '..x'))).toBe('checkpoints/..x');
    expect(recordedPath(run, join(run.path, '..', 'b'))).toBe(resolve('other/b'));
    expect(pathOfRecorded(run, 'checkpoints/1.json')).toBe(join(run.checkpoints, '1.json'));
    expect(pathOfRecorded(run, resolve('x'))).toBe(resolve('x'));
  });
});
