import type { Channel } from '../channel.js';

/** Which content to render: by reference; the data for it is sealed in the vault. */
export type ContentRef =
  | { readonly kind: 'template'; readonly templateUuid: string; readonly version: number }
  | { readonly kind: 'literal'; readonly channels: readonly Channel[] }
  /** Each channel's own template for messages of the request's type; the plan names the one of its channel. */
  | { readonly kind: 'by_channel'; readonly templates: Readonly<Partial<Record<Channel, TemplateRef>>> };

/** A template as the registry keeps it. */
export interface TemplateRef {
  readonly templateUuid: string;
  readonly version: number;
}
