import { expect, test } from 'vitest';
import { UserError } from '../../../base/failure/user-error.ts';

test('an error tells where, what, the value, what was expected and what mends it, on one line', () => {
  const error = new UserError({
    where: 'config/walker.yaml:12',
    what: 'unknown setting',
    value: 'bach_size',
    expected: 'batch_size',
    mend: 'correct the name',
  });
  expect(error.message).toBe(
    'config/walker.yaml:12: unknown setting; got "bach_size"; expected batch_size. To mend it: correct the name',
  );
  expect(error.problem.value).toBe('bach_size');
});

test('what is not known is left out', () => {
  expect(new UserError({ what: 'no' }).message).toBe('no');
  expect(new UserError({ what: 'no', value: 0 }).message).toBe('no; got 0');
  expect(new UserError({ what: 'no', value: null }).message).toBe('no; got null');
});

test('a value of any kind stays on the line: line breaks are escaped, long ones are cut', () => {
  expect(new UserError({ what: 'no', value: 'a\nb' }).message).toBe('no; got "a\\nb"');
  expect(new UserError({ what: 'no', value: 'x'.repeat(500) }).message.length).toBeLessThan(140);
  expect(new UserError({ what: 'no', value: { a: [1] } }).message).toBe('no; got {"a":[1]}');
  expect(new UserError({ what: 'no', value: () => 1 }).message).toContain('=> 1');
});

test('the cause is kept', () => {
  const cause = new Error('EACCES');
  expect(new UserError({ what: 'no' }, { cause }).cause).toBe(cause);
});
