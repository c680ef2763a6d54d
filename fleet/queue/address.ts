/** Where a queue is: redis://host:6379, rediss:// for TLS, user and password in it. What is told of it never has the password. */
import { UserError } from '../../base/failure/user-error.ts';

export interface QueueAddress {
  /** As ioredis takes it, password included. */
  readonly url: string;
  /** As it may be told. */
  readonly shown: string;
}

/** @throws UserError where it is no such address. */
export function queueAddress(url: string): QueueAddress {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed?.hostname || !['redis:', 'rediss:'].includes(parsed.protocol)) {
    throw new UserError({
      what: 'this is no address of a queue',
      where: '--queue',
      // What can't be read may have a password anywhere.
      value: url.includes('@') ? '(with a password, so it is not shown)' : url,
      expected: 'redis://HOST:6379, or rediss://USER:PASSWORD@HOST:6379 for one with TLS and a password',
    });
  }
  const { protocol, username, host, pathname } = parsed;
  const user = parsed.password ? `${username}:***@` : username ? `${username}@` : '';
  return { url, shown: `${protocol}//${user}${host}${pathname === '/' ? '' : pathname}` };
}
