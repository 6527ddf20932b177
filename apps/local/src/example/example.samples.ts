import type { ApiClient, ShownOutreach } from './api.client.js';

/** Why one outreach went as it did, in the system's own words. */
export interface Sample {
  readonly outreachId: string;
  readonly state: string;
  readonly why: string;
  /** For a browser. */
  readonly link: string;
}

/** States in the order in which they are worth a look. */
const telling = ['refused', 'bounced', 'clicked', 'opened', 'delivered', 'failed', 'outcome_unknown', 'scheduled'];

export interface SampleWish {
  readonly api: ApiClient;
  readonly apiUrl: string;
  /** State -> ids of outreach in it. */
  readonly byState: ReadonlyMap<string, readonly string[]>;
}

/** One outreach of each of three states. */
export async function sampleWhys({ api, apiUrl, byState }: SampleWish): Promise<Sample[]> {
  const ids = telling.flatMap((state) => byState.get(state)?.[0] ?? []).slice(0, 3);
  const shown = await Promise.all(ids.map((id) => api.get<ShownOutreach>(`/outreach/${id}`)));
  return shown.flatMap((outreach) => {
    if (!outreach) return [];
    const { outreachId, state, reason, explanation } = outreach;
    const after = reason === undefined || explanation?.refusal ? '' : ` Then: ${reason.replaceAll('_', ' ')}.`;
    const why = `${explanation?.sentence ?? 'Not decided yet.'}${after}`;
    return [{ outreachId, state, why, link: `${apiUrl}/console/#/outreach/${outreachId}` }];
  });
}
