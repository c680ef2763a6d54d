/** The page: a walker, and all that one can do with it. Puts the parts together and lets them hear of one another. */
import 'uplot/dist/uPlot.min.css';
import engineAddress from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import simulatorAddress from '../../physics/simulator.wasm?url';
import { readAddress } from '../reading/address.ts';
import { type Who, whoOf } from '../simulation/who.ts';
import { button, element, section } from './element.ts';
import { Hands } from './hands.ts';
import { listenToKeys } from './keys.ts';
import { learningPart } from './learning.ts';
import { Link, Told } from './link.ts';
import { Choose } from './panels/choose.ts';
import { helpDialog } from './panels/help.ts';
import { Keep } from './panels/keep.ts';
import { openLive } from './panels/live.ts';
import { Loading } from './panels/loading.ts';
import { Numbers } from './panels/numbers.ts';
import { Plots } from './panels/plots.ts';
import { Readout } from './panels/readout.ts';
import { slider, tick, usualWorld } from './panels/settings.ts';
import { transport } from './panels/transport.ts';
import { Policies } from './policies.ts';
import { Problems } from './problems.ts';
import { Session } from './session.ts';
import { Stage } from './view/stage.ts';
import { startingPoses } from './view/starting-poses.ts';

const problems = new Problems();
document.body.append(problems.root);

open().catch((error: unknown) => problems.tellError(error));

async function open(): Promise<void> {
  const link = new Link();
  const policies = new Policies(link);
  // Who walks is told by the list. Where there is none, that is told further down.
  const listing = policies.load();
  const character = await listing.then(
    (list) => list.character,
    () => undefined,
  );
  const who = whoOf(character);
  const asked = readAddress(location.search, who.settingsTable);
  const session = new Session(link, policies, asked, who);
  const canvas = element('canvas', {
    class: 'stage',
    tabindex: 0,
    'aria-label': 'The walker. Keys: question mark for help.',
    role: 'img',
  });
  document.body.prepend(canvas);
  const stage = stageOn(canvas, who, asked.quality);
  const hands = new Hands(session, stage);
  const readout = new Readout(session);
  const plots = new Plots(session);
  const numbers = new Numbers(session);
  const keep = new Keep(session, policies, link, canvas, problems);
  const choose = new Choose(session, policies, problems, (file) => void take(file));
  const help = helpDialog();

  /** A file that was dropped or chosen. */
  const take = async (file: File): Promise<void> => {
    try {
      if (file.name.toLowerCase().endsWith('.json')) return await keep.play(await file.text(), file.name);
      const policy = await policies.add(file.name, new Uint8Array(await file.arrayBuffer()));
      await session.begin({ policy: policy.id });
    } catch (error) {
      problems.tellError(error);
    }
  };

  const wear = (theme: 'light' | 'dark') => {
    document.documentElement.dataset['theme'] = theme;
    stage.wear(theme);
    plots.repaint();
  };
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const themeNow = () => session.theme ?? (dark.matches ? 'dark' : 'light');
  const turnTheme = () => {
    session.theme = themeNow() === 'dark' ? 'light' : 'dark';
    wear(session.theme);
    session.changed();
  };
  dark.addEventListener('change', () => wear(themeNow()));
  wear(themeNow());

  const showLearnt = async (name: string, bytes: Uint8Array) => {
    const policy = await policies.addLearnt(name, bytes);
    await session.begin({ policy: policy.id, compare: '' });
  };
  const learning = learningPart(
    showLearnt,
    listing.catch(() => undefined),
    problems,
  );
  const live = element('div', { class: 'inner', style: 'padding: 0' });
  const livePart = section('Training under way', 'live', true, live);
  livePart.hidden = true;
  const isWide = matchMedia('(min-width: 821px)').matches;
  const panel = element(
    'aside',
    { class: 'card', 'aria-label': 'Settings and plots', tabindex: -1 },
    livePart,
    section('Walk', 'walk', true, ...choose.children, slider(session, 'targetSpeed'), tick(session, 'sampled')),
    section(
      'Hands on',
      'hands',
      isWide,
      element('p', { class: 'hint' }, 'Drag a body. Click the ground to place the target.'),
      element(
        'div',
        { class: 'row' },
        button('Push', 'A push away from the camera (P)', () => hands.push()),
        button('Throw a box', 'From the camera to the chest (T)', () => hands.throwBox()),
        usualWorld(session),
      ),
      slider(session, 'gravity'),
      slider(session, 'friction'),
      slider(session, 'motors'),
      slider(session, 'latency'),
      slider(session, 'lying'),
    ),
    section('Curves', 'curves', false, ...plots.children),
    section('Observations and actions', 'numbers', false, ...numbers.children),
    section('Replay and film', 'keep', false, ...keep.children),
    ...(who.isWalker ? [learning] : []),
    section(
      'Page',
      'page',
      false,
      element(
        'div',
        { class: 'row' },
        button('Light or dark', 'The other theme (D)', turnTheme),
        button('Help', 'Keys and hands (?)', () => help.showModal()),
      ),
    ),
  );
  const loading = new Loading(link);
  const bar = transport(session, stage, {
    help: () => help.showModal(),
    panel: () => panel.classList.toggle('is-open'),
  });
  document.body.append(readout.root, panel, bar, loading.root, help);
  listenToKeys({ session, stage, hands, help, turnTheme });

  session.onChange(() => {
    stage.watched = session.watched;
  });
  link.on('begun', ({ setup }) => {
    session.settings = setup.settings;
    stage.populate(setup.policies.length, setup.walkers);
    stage.standBack();
    plots.repaint();
  });
  let latest: unknown;
  link.on('frame', (frame) => {
    latest = frame;
    stage.add(frame.poses, performance.now());
    stage.showSpring(frame.grip);
    readout.hearFrame(frame);
  });
  link.on('decided', (decided) => {
    readout.hearDecision(decided);
    plots.hear(decided);
    numbers.hear(decided);
  });
  link.on('problem', ({ problem }) => problems.tell(problem));

  // Something is to be seen before all is loaded: a walker that stands where it begins.
  stage.populate(1, 1);
  stage.add(startingPoses(who), performance.now());
  let drawn = 0;
  let firstFrame = 0;
  const draw = (now: number) => {
    if (stage.draw(now)) {
      drawn += 1;
      keep.seeDrawn(now);
    }
    firstFrame ||= performance.now();
    plots.draw(now);
    readout.countFrame(now);
    requestAnimationFrame(draw);
  };
  requestAnimationFrame(draw);

  const resize = () => {
    const isBeside = matchMedia('(min-width: 821px)').matches;
    const { clientWidth: width, clientHeight: height } = canvas;
    const isOver = !isBeside && panel.offsetHeight > 0;
    const between = () => ({ above: readout.root.offsetHeight, below: height - panel.getBoundingClientRect().top });
    stage.resize(width, height, isBeside ? { right: panel.offsetWidth + 14 } : isOver ? between() : {});
  };
  const sizes = new ResizeObserver(resize);
  sizes.observe(canvas);
  // On a phone it comes and goes.
  sizes.observe(panel);
  resize();
  listenToDrops(take);

  for (const what of asked.refused) problems.tell({ what: what.slice(0, -1) });
  const address = (relative: string) => new URL(relative, location.href).href;
  link.tell({ kind: 'load', simulator: address(simulatorAddress), engine: address(engineAddress), character });
  void (async () => {
    const list = await listing;
    choose.show();
    try {
      await session.begin({ policy: asked.policy ?? list.start, compare: asked.compare ?? '' });
    } catch (error) {
      problems.tellError(error);
      // Another one than was asked for, rather than nobody.
      if (asked.policy !== undefined || asked.compare !== undefined)
        await session.begin({ policy: list.start, compare: '' });
    }
    session.tellPace();
    if (list.live) {
      livePart.hidden = false;
      const follows = asked.policy === undefined || asked.policy.startsWith(`run:${list.live}/`);
      openLive({ run: list.live, follows, into: live, session, policies, choose, problems });
    }
  })().catch((error: unknown) => problems.tellError(error));

  // For whoever measures or tests the page.
  Object.assign(globalThis, {
    gaitsmith: {
      session,
      stage,
      readout,
      link,
      hands,
      latest: () => latest,
      drawn: () => drawn,
      firstFrame: () => firstFrame,
    },
  });
}

/** @throws Told where the browser has no WebGL. */
function stageOn(canvas: HTMLCanvasElement, who: Who, quality: number | undefined): Stage {
  try {
    return new Stage(canvas, who, quality);
  } catch {
    throw new Told({
      what: 'this browser shows no WebGL, which the picture is drawn by',
      mend: 'turn on hardware acceleration (or software WebGL) in its settings, or open the page in another browser',
    });
  }
}

function listenToDrops(take: (file: File) => Promise<void>): void {
  const { classList } = document.body;
  addEventListener('dragover', (event) => {
    event.preventDefault();
    classList.add('dropping');
  });
  addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) classList.remove('dropping');
  });
  addEventListener('drop', (event) => {
    event.preventDefault();
    classList.remove('dropping');
    const [file] = event.dataTransfer?.files ?? [];
    if (file) void take(file);
  });
}
