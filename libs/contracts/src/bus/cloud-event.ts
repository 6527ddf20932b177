/** CloudEvents 1.0, structured JSON. `dataref` (the claim-check extension) stands for data held elsewhere. */
export interface CloudEvent<T = unknown> {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time?: string;
  readonly subject?: string;
  readonly datacontenttype?: string;
  readonly dataschema?: string;
  readonly data?: T;
  readonly dataref?: string;
  readonly tenantid?: string;
  readonly traceparent?: string;
}
