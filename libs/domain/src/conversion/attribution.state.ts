import type { ConversionAttributed, ConversionEvent } from '@homing/contracts';

/** What stands in `conversion-{key}`. */
export type Attribution = { readonly kind: 'none' } | ({ readonly kind: 'attributed' } & ConversionAttributed);
export const noAttribution: Attribution = { kind: 'none' };

export const evolveAttribution = (state: Attribution, { type, data }: ConversionEvent): Attribution =>
  type === 'ConversionAttributed' && state.kind === 'none' ? { kind: 'attributed', ...data } : state;

/** The first outreach it was attributed to keeps it. */
export const attribute = (state: Attribution, to: ConversionAttributed): readonly ConversionEvent[] =>
  state.kind === 'none' ? [{ type: 'ConversionAttributed', data: to }] : [];
