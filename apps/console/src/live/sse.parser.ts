export interface ServerSentEvent {
  readonly id: string;
  readonly data: string;
}

/**
 * Reads server-sent events (WHATWG HTML, 9.2.6) from text that may be cut anywhere. Gives each event once its blank line is
 * there; comments and unknown fields are skipped.
 */
export class SseParser {
  #rest = '';
  #id = '';
  #data: string[] = [];

  feed(text: string): ServerSentEvent[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.flatMap((line) => this.#line(line.endsWith('\r') ? line.slice(0, -1) : line));
  }

  #line(line: string): ServerSentEvent[] {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    if (colon === 0) return [];
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'id' && !value.includes('\0')) this.#id = value;
    if (field === 'data') this.#data.push(value);
    return [];
  }

  #dispatch(): ServerSentEvent[] {
    const data = this.#data;
    this.#data = [];
    return data.length > 0 ? [{ id: this.#id, data: data.join('\n') }] : [];
  }
}
