/** What keys do. */
import type { Hands } from './hands.ts';
import { paces, type Session } from './session.ts';
import type { Stage } from './view/stage.ts';

interface Parts {
  readonly session: Session;
  readonly stage: Stage;
  readonly hands: Hands;
  readonly help: HTMLDialogElement;
  readonly turnTheme: () => void;
}

export function listenToKeys({ session, stage, hands, help, turnTheme }: Parts): void {
  const { low, high, step } = session.who.settingsTable.targetSpeed;
  const faster = (by: number) =>
    session.set(
      'targetSpeed',
      Math.min(high, Math.max(low, Math.round((session.settings.targetSpeed + by) / step) * step)),
    );
  const pace = (by: number) => {
    const at = (paces as readonly number[]).indexOf(session.pace);
    session.setPace(paces[Math.min(paces.length - 1, Math.max(0, at + by))]!);
  };
  const next = (by: number) => {
    const count = session.walkers * session.open.length;
    session.watch((session.watched + by + count) % count);
  };
  const keys: Readonly<Record<string, () => void>> = {
    ' ': () => session.pause(!session.isPaused),
    '.': () => session.advance(1),
    ',': () => session.advance(session.who.task.stepsPerDecision),
    '-': () => pace(-1),
    '+': () => pace(1),
    '=': () => pace(1),
    r: () => session.do({ kind: 'restart' }),
    p: () => hands.push(),
    t: () => hands.throwBox(),
    f: () => {
      stage.isFollowing = !stage.isFollowing;
      dispatchEvent(new Event('follow-changed'));
    },
    ArrowLeft: () => faster(-step),
    ArrowRight: () => faster(step),
    '[': () => next(-1),
    ']': () => next(1),
    m: () => session.set('sampled', 1 - session.settings.sampled),
    d: turnTheme,
    Escape: () => hands.letGo(),
    '?': () => help.showModal(),
  };
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    // Fields, and buttons that a space presses, keep their keys.
    const at = event.target as HTMLElement | null;
    if (at?.closest('input, select, textarea') || (event.key === ' ' && at?.closest('button, summary'))) return;
    const does = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!does) return;
    event.preventDefault();
    does();
  });
}
