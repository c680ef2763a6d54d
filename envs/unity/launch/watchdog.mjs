// Outlives the process that started it by a moment, and ends the players that it left behind, however it ended.
// It is told of them line by line: "+123" when one was started, "-123" when it is gone.
import { execFile } from 'node:child_process';
import { createInterface } from 'node:readline';

const players = new Set();

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const pid = Number(line.slice(1));
    if (line.startsWith('+')) players.add(pid);
    else players.delete(pid);
  })
  .on('close', () => {
    for (const pid of players) end(pid);
  });

/** With all that it started: a player is the first of a group of processes. */
function end(pid) {
  if (process.platform === 'win32') {
    execFile('taskkill', ['/pid', String(pid), '/t', '/f'], () => {});
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
