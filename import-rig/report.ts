/** What came of an import, in words: a table of bodies and joints, and what has to be known, for the terminal and as Markdown. */
import { plainTable } from '../cli/table.ts';
import type { RigFile, RigFileBody, RigFileCollider, RigFileJoint } from '../envs/ragdoll/rig-file.ts';
import { jointsOf } from '../envs/ragdoll/rig-file.ts';
import { type FindingKind, type TogetherTold, together } from './findings.ts';
import type { ImportedRig } from './read-project.ts';

/** Heads of the findings, in the order in which they are told. */
const HEADS: Readonly<Record<FindingKind, string>> = {
  lost: 'What the rig can not carry',
  force: 'What moves it in Unity and is not simulated',
  assumed: 'What was assumed',
  note: 'Good to know',
};

/** The first line: how much of what. */
export function summaryOf({ rig }: Pick<ImportedRig, 'rig'>): string {
  const joints = jointsOf(rig);
  const kinds = [...new Set(joints.map(({ joint }) => joint.type))].map(
    (type) => `${joints.filter(({ joint }) => joint.type === type).length} ${type}`,
  );
  const mass = rig.bodies.reduce((sum, body) => sum + body.mass, 0);
  return `${rig.name}: ${rig.bodies.length} bodies, ${short(mass)} kg, ${joints.length} joints${kinds.length > 0 ? ` (${kinds.join(', ')})` : ''}`;
}

export function reportText(imported: ImportedRig): string {
  const { rig, findings } = imported;
  const sections = sectionsOf(together(findings)).map(
    ([head, told]) => `${head}:\n${told.map((finding) => `  ${sentenceOf(finding)}`).join('\n')}`,
  );
  return [
    `${summaryOf(imported)}, from ${rig.source}`,
    plainTable(COLUMNS, rowsOf(rig)),
    ...sections,
    agentLine(imported),
  ]
    .filter((part) => part !== undefined)
    .join('\n\n');
}

/** @param picture the file of the picture, as seen from the report's. */
export function reportMarkdown(imported: ImportedRig, picture: string): string {
  const { rig, findings, others } = imported;
  const table = [COLUMNS, COLUMNS.map(() => '---'), ...rowsOf(rig)]
    .map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
  const sections = sectionsOf(together(findings)).map(
    ([head, told]) => `## ${head}\n\n${told.map((finding) => `- ${sentenceOf(finding)}`).join('\n')}`,
  );
  const copies = others.filter(({ isCopy }) => isCopy).length;
  const rest = others.filter(({ isCopy }) => !isCopy);
  const otherLines = [
    ...(copies > 0 ? [`- ${copies} ${copies === 1 ? 'copy' : 'copies'} of this ragdoll`] : []),
    ...rest.map(({ root, bodies }) => `- ${root}: ${bodies} bodies`),
  ];
  return `${[
    `# ${rig.name}`,
    `${summaryOf(imported)}, read from \`${rig.source}\`.`,
    `![its shapes from the front and from the side](${encodeURI(picture)})`,
    table,
    'Limits are degrees about the axes of the joint, in the sense of a ConfigurableJoint.',
    ...sections,
    ...(agentLine(imported) === undefined ? [] : [`## Its agent\n\n${agentLine(imported)}`]),
    ...(otherLines.length > 0 ? [`## Other ragdolls of the file\n\n${otherLines.join('\n')}`] : []),
  ].join('\n\n')}\n`;
}

const COLUMNS = ['body', 'kg', 'shape', 'joint to', 'kind', 'x', 'y', 'z', 'drive'];

function rowsOf({ bodies }: RigFile): string[][] {
  return bodies.flatMap((body) => {
    const own = [body.name, String(short(body.mass)), shapesText(body)];
    if (body.joints.length === 0) return [[...own, '-', '', '', '', '', '']];
    return body.joints.map((joint, which) => [...(which === 0 ? own : ['', '', '']), ...jointCells(joint)]);
  });
}

function shapesText({ colliders }: RigFileBody): string {
  return colliders.length === 0 ? 'none' : colliders.map(shapeText).join(', ');
}

function shapeText(collider: RigFileCollider): string {
  switch (collider.shape) {
    case 'sphere':
      return `ball ${short(collider.radius)}`;
    case 'capsule':
      return `capsule ${short(collider.radius)} x ${short(collider.height)}`;
    case 'box':
      return `box ${collider.size.map(short).join(' x ')}`;
  }
}

function jointCells(joint: RigFileJoint): string[] {
  const [x, y, z] = joint.angular;
  const side = (motion: typeof y, limit: number) => (motion === 'limited' ? `+-${short(limit)}` : motion);
  return [
    joint.connectedTo ?? 'the world',
    joint.type + looseText(joint),
    x === 'limited' ? joint.x.map(short).join('..') : x,
    side(y, joint.y),
    side(z, joint.z),
    driveText(joint),
  ];
}

/** Along which of its axes it may come apart. */
function looseText({ linear, linearLimit }: RigFileJoint): string {
  const along = (which: (typeof linear)[number]) => [...'xyz'].filter((_, axis) => linear[axis] === which).join(', ');
  const [free, limited] = [along('free'), along('limited')];
  return [free && `, not held along ${free}`, limited && `, held within ${short(linearLimit)} m along ${limited}`].join(
    '',
  );
}

function driveText({ drive }: RigFileJoint): string {
  if (!drive) return 'none';
  if (drive.kind === 'slerp') return `slerp ${short(drive.stiffness)}, ${short(drive.damping)}`;
  const parts = [drive.x, drive.yz].map((part) => (part ? `${short(part.stiffness)}, ${short(part.damping)}` : 'none'));
  return `x ${parts[0]}; yz ${parts[1]}`;
}

function sectionsOf(findings: readonly TogetherTold[]): [string, TogetherTold[]][] {
  return (Object.keys(HEADS) as FindingKind[]).flatMap((kind): [string, TogetherTold[]][] => {
    const told = findings.filter((finding) => finding.kind === kind);
    return told.length === 0 ? [] : [[HEADS[kind], told]];
  });
}

/** Names of more bodies than this are not told one by one. */
const NAMED = 6;

function sentenceOf({ on, feature, told, advice, isRefused }: TogetherTold): string {
  const more = on.length > NAMED ? ` and ${on.length - NAMED} more` : '';
  const refused = isRefused ? ' It can not be trained like this.' : '';
  const mend = advice === undefined ? '' : ` To mend it: ${advice}.`;
  return `${on.slice(0, NAMED).join(', ')}${more}: ${feature}: ${told}.${refused}${mend}`;
}

function agentLine({ agent }: ImportedRig): string | undefined {
  if (!agent) return undefined;
  const { place, behavior, observations, actions, decisionPeriod, drive, groundTouchEnds } = agent;
  return [
    `The agent is on ${place}: behavior ${behavior ?? 'without a name'}`,
    ...(observations === null ? [] : [`${observations} observations`]),
    ...(actions === null ? [] : [`${actions} continuous actions`]),
    ...(decisionPeriod === null ? [] : [`a decision every ${decisionPeriod} steps`]),
    ...(drive
      ? [
          `a JointDriveController that gives every joint a spring of ${drive.stiffness} N m/rad, a damper of ${drive.damping} N m s/rad and at most ${drive.maxStrength} N m`,
        ]
      : []),
    ...(groundTouchEnds.length > 0 ? [`an episode ends when ${groundTouchEnds.join(', ')} touches the ground`] : []),
  ].join('; ');
}

/** For people: four digits. */
function short(value: number): number {
  return Number(value.toPrecision(4));
}
