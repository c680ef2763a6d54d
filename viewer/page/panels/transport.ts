/** Play, pause, step, slow motion, restart, camera: the bar below the picture, and the keys for it. */
import { button, element } from '../element.ts';
import { paces, type Session } from '../session.ts';
import type { Stage } from '../view/stage.ts';

export function transport(
  session: Session,
  stage: Stage,
  others: { readonly help: () => void; readonly panel: () => void },
): HTMLElement {
  const { stepsPerDecision } = session.who.task;
  const play = button('Pause', 'Play or pause (space)', () => session.pause(!session.isPaused), {
    class: 'main',
    id: 'play',
  });
  const pace = element('select', { 'aria-label': 'Pace', title: 'Slow motion (- and +)' });
  for (const value of paces) pace.append(element('option', { value }, `${value}×`));
  pace.addEventListener('change', () => session.setPace(Number(pace.value)));
  const follow = button('Follow', 'The camera goes along, or stays (F)', () => {
    stage.isFollowing = !stage.isFollowing;
    show();
  });
  const show = () => {
    play.textContent = session.isPaused ? 'Play' : 'Pause';
    pace.value = String(session.pace);
    follow.setAttribute('aria-pressed', String(stage.isFollowing));
  };
  session.onChange(show);
  show();
  addEventListener('follow-changed', show);
  return element(
    'nav',
    { class: 'card transport', 'aria-label': 'Playing' },
    play,
    button('Step', 'One physics step (.)', () => session.advance(1)),
    button('Decision', `One decision, ${stepsPerDecision} steps (,)`, () => session.advance(stepsPerDecision), {
      class: 'wide',
    }),
    pace,
    button('Restart', 'Everybody begins anew (R)', () => session.do({ kind: 'restart' })),
    follow,
    button('Help', 'Keys and hands (?)', others.help, { class: 'wide' }),
    button('Panel', 'Settings and plots', others.panel, { class: 'panel-toggle' }),
  );
}
