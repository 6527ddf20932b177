import type { ProgressView, SystemQueries } from '@homing/read-model';
import { finding, type Examination, type Finding } from '../finding.js';

const SILENT_AFTER_S = 15;
const BEHIND_AFTER_S = 10;
const HELD_UP_AFTER_S = 30;

/** Does the projector say that it is there, does it get on, and do the integration events? */
export const examineProjection = (queries: Pick<SystemQueries, 'progress'>, needs: string): Examination => ({
  subject: 'projection',
  needs: [needs],
  look: async () => {
    const rows = await queries.progress();
    const of = (name: string) => rows.find((row) => row.name === name);
    const projection = of('read-model');
    return {
      findings: [...projectionFindings(projection), ...publicationFindings(of('integration-events'), projection)],
      note: projection ? `at position ${projection.position}, ${projection.leader} leads` : '',
    };
  },
});

function projectionFindings(row: ProgressView | undefined): Finding[] {
  if (!row) return [finding('PROJECTION_SILENT', 'it has never said anything')];
  const { silentSeconds, trouble, position, head, leader, secondsBehind } = row;
  if (silentSeconds > SILENT_AFTER_S)
    return [
      finding('PROJECTION_SILENT', `last heard of ${leader} ${seconds(silentSeconds)} ago, at position ${position}`),
    ];
  if (trouble === 'STALLED')
    return [finding('PROJECTION_STALLED', `at position ${position}, the store ends at ${head}`)];
  if (trouble !== null) return [finding('PROJECTION_STOPPED', `${trouble} at position ${position}`)];
  if (secondsBehind === null)
    return [finding('PROJECTION_BEHIND', `at position ${position} of ${head}, never complete yet`)];
  return secondsBehind > BEHIND_AFTER_S
    ? [finding('PROJECTION_BEHIND', `${seconds(secondsBehind)}, at position ${position} of ${head}`)]
    : [];
}

function publicationFindings(row: ProgressView | undefined, projection: ProgressView | undefined): Finding[] {
  if (!row || !projection) return [];
  const { trouble, secondsBehind, position, positionsBehind } = row;
  if (trouble !== null) return [finding('PUBLICATION_HELD_UP', `${trouble} at position ${position}`)];
  const late = positionsBehind > 0n && (secondsBehind ?? 0) - (projection.secondsBehind ?? 0) > HELD_UP_AFTER_S;
  return late ? [finding('PUBLICATION_HELD_UP', `${seconds(secondsBehind ?? 0)} behind, at position ${position}`)] : [];
}

const seconds = (count: number): string => `${Math.round(count)} s`;
