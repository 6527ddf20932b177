import type { Channel } from '@homing/contracts';

/** Bodies of one channel: Liquid in a template, ready words in a literal. */
export type Bodies = BodyTexts & {
  /** Of WhatsApp, in a template: what its provider has approved. Sent in place of the text, which says what the person reads. */
  readonly providerTemplate?: ProviderTemplateBody;
};
type BodyTexts = { readonly subject?: string; readonly html?: string; readonly text?: string };
/** A file of a body, or one of the parameters of its `providerTemplate`. */
export type BodyPart = keyof BodyTexts | 'parameter';

/** A template kept by the provider: its name and language there, and Liquid for each of its placeholders, in order. */
export type ProviderTemplateBody = {
  readonly name: string;
  /** As the provider writes it: `en`, `en_US`. */
  readonly language: string;
  readonly parameters: readonly string[];
};
export type ChannelBodies = Readonly<Partial<Record<Channel, Bodies>>>;

export type ContentSource =
  /** Liquid; compiled once for each distinct body and kept. */
  | { readonly kind: 'template'; readonly bodies: ChannelBodies }
  /** Sent as it is: no variables, nothing escaped. */
  | { readonly kind: 'literal'; readonly bodies: ChannelBodies };

export type RenderRequest = {
  readonly source: ContentSource;
  readonly channel: Channel;
  /** Values of the template's variables: plain JSON. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The tenant's own values, in templates as `branding.<name>`; the names of `brandingNames` are empty when absent. It hides `branding` in the data. */
  readonly branding?: Readonly<Record<string, string>>;
};

export type RenderedMessage = {
  /** One line without control characters. */
  readonly subject?: string;
  readonly html?: string;
  /** Always there: from the html where no text was given. */
  readonly text: string;
  /** There where the body names one; its parameters rendered, each one line. */
  readonly template?: ProviderTemplateBody;
};

/** Why there is no message. Holds template text and names, never data: safe to store and to show. */
export type ContentFault =
  | { readonly kind: 'no_body'; readonly channel: Channel }
  | { readonly kind: 'missing_variables'; /** Sorted, as written in the template. */ readonly names: readonly string[] }
  | { readonly kind: 'syntax'; readonly part: BodyPart; /** From 1. */ readonly line: number; readonly reason: string }
  /** A filter that cannot work on its value, or a template that does too much (time, memory, length). */
  | {
      readonly kind: 'render';
      readonly part: BodyPart;
      readonly line: number;
      readonly reason: 'failed' | 'too_much_work' | 'too_long';
    };

export type RenderResult =
  | { readonly kind: 'rendered'; readonly message: RenderedMessage }
  | { readonly kind: 'fault'; readonly fault: ContentFault };

export type TemplateReport = {
  /** Names the data must or may hold, sorted; `branding` is not among them. */
  readonly variables: readonly string[];
  readonly faults: readonly (ContentFault & { readonly channel: Channel })[];
};
