import { readFileSync } from 'node:fs';
import { readAddresses } from './address.reader.js';
import { ConfigError, type ConfigFault } from './config.error.js';
import { Secret } from './secret.value.js';
import { hostsInClear } from './transport.rule.js';

interface Default<T> {
  /** Used when the variable is absent or empty. Without one the variable is required. */
  readonly default?: T;
}
export type StringOptions = Default<string> & { readonly pattern?: RegExp };
export type IntOptions = Default<number> & { readonly min?: number; readonly max?: number };
export type UrlOptions = Default<string> & { readonly protocols?: readonly string[] };
export type ListOptions<T extends string> = Default<readonly T[]> & { readonly of?: readonly T[] };
export interface SecretOptions {
  /** Least length in characters; default 1. A secret has no default value: a known secret is no secret. */
  readonly minLength?: number;
  /** When given, the secret must be a URL of one of these protocols (a connection string with a password). */
  readonly protocols?: readonly string[];
}

/**
 * The one reader of the process environment. Getters never throw: a faulty variable yields a harmless stand-in and is
 * remembered, so that `check()` names all faults at once. Call `check()` before using any value (`runService` does, too).
 *
 * Every variable may be given as a file instead: `NAME_FILE` names a file that holds the value (a mounted secret); a line break at
 * its end is not part of it. With `NODE_ENV=production` an address on another machine must be encrypted (see `hostsInClear`), unless
 * `ALLOW_PLAINTEXT_HOSTS` names its host, comma-separated.
 */
export class Env {
  readonly #source: Readonly<Record<string, string | undefined>>;
  readonly #faults = new Map<string, ConfigFault>();

  constructor(source: Readonly<Record<string, string | undefined>>) {
    this.#source = source;
  }

  string(name: string, options: StringOptions = {}): string {
    return this.#read(name, options.default, '', (text) =>
      !options.pattern || options.pattern.test(text) ? ok(text) : bad(`must match ${String(options.pattern)}`),
    );
  }

  /** A whole number in decimal digits, `min` and `max` included; default bounds are the safe integers. */
  int(name: string, options: IntOptions = {}): number {
    const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = options;
    return this.#read(name, options.default, 0, (text) => {
      const value = Number(text);
      const fits = /^-?\d+$/.test(text) && value >= min && value <= max;
      return fits ? ok(value) : bad(`must be a whole number from ${min} to ${max}`);
    });
  }

  /** An absolute URL as written (not normalised), or several (see `readAddresses`); default protocols: any. */
  url(name: string, options: UrlOptions = {}): string {
    return this.#read(name, options.default, '', (text) => this.#readUrl(text, options.protocols));
  }

  /** `true`, `1`, `yes`, `on` or `false`, `0`, `no`, `off`, in any case. Default false. */
  flag(name: string, options: Default<boolean> = {}): boolean {
    return this.#read(name, options.default ?? false, false, (text) => {
      if (/^(true|1|yes|on)$/i.test(text)) return ok(true);
      return /^(false|0|no|off)$/i.test(text) ? ok(false) : bad('must be true or false');
    });
  }

  /** One of the given words. */
  oneOf<T extends string>(name: string, words: readonly [T, ...T[]], options: Default<T> = {}): T {
    return this.#read(name, options.default, words[0], (text) => {
      const word = words.find((candidate) => candidate === text);
      return word === undefined ? bad(`must be one of ${words.join(', ')}`) : ok(word);
    });
  }

  /** Comma-separated words, trimmed, without repetitions and empties; at least one. */
  list<T extends string = string>(name: string, options: ListOptions<T> = {}): readonly T[] {
    return this.#read<readonly T[]>(name, options.default, [], (text) => {
      const words = [...new Set(text.split(',').map((word) => word.trim()))].filter((word) => word !== '');
      const known = words.every((word) => !options.of || options.of.includes(word as T));
      if (words.length > 0 && known) return ok(words as T[]);
      return bad(`must be a comma-separated list${options.of ? ` of ${options.of.join(', ')}` : ''}`);
    });
  }

  secret(name: string, options: SecretOptions = {}): Secret {
    return this.#read(name, undefined, new Secret(''), (text) => this.#readSecret(text, options));
  }

  /** Like `secret`, but `undefined` when the variable is absent or empty. */
  optionalSecret(name: string, options: SecretOptions = {}): Secret | undefined {
    return this.has(name) ? this.secret(name, options) : undefined;
  }

  /** `NODE_ENV=production`. */
  get production(): boolean {
    return this.#source['NODE_ENV'] === 'production';
  }

  /** True when the variable, or the one that names its file, is present and not empty. */
  has(name: string): boolean {
    return (this.#source[name] ?? '') !== '' || (this.#source[`${name}_FILE`] ?? '') !== '';
  }

  /** For a rule over several variables: remembers a fault of this one. */
  fault(variable: string, expected: string): void {
    this.#faults.set(variable, { variable, expected });
  }

  /** Throws one `ConfigError` that names every faulty variable read so far; otherwise does nothing. */
  check(): void {
    if (this.#faults.size > 0) throw new ConfigError([...this.#faults.values()]);
  }

  #read<T>(name: string, fallback: T | undefined, standIn: T, parse: (text: string) => Parsed<T>): T {
    const text = this.#text(name);
    if (text === undefined) return standIn;
    if (text === '') {
      if (fallback === undefined) this.fault(name, 'is required');
      return fallback ?? standIn;
    }
    const parsed = parse(text);
    if (parsed.kind === 'ok') return parsed.value;
    this.fault(name, parsed.expected);
    return standIn;
  }

  /** Undefined when it cannot be told; the fault is remembered. */
  #text(name: string): string | undefined {
    const text = this.#source[name] ?? '';
    const file = this.#source[`${name}_FILE`] ?? '';
    if (file === '') return text;
    if (text !== '') {
      this.fault(name, `must be given once, by itself or by ${name}_FILE`);
      return undefined;
    }
    try {
      return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    } catch {
      this.fault(`${name}_FILE`, 'must name a file that can be read');
      return undefined;
    }
  }

  #readSecret(text: string, options: SecretOptions): Parsed<Secret> {
    const { minLength = 1, protocols } = options;
    if (text.length < minLength) return bad(`must have at least ${minLength} characters`);
    const url = protocols ? this.#readUrl(text, protocols) : ok(text);
    return url.kind === 'ok' ? ok(new Secret(text)) : url;
  }

  #readUrl(text: string, protocols?: readonly string[]): Parsed<string> {
    const addresses = readAddresses(text);
    const known = addresses?.every(({ protocol }) => !protocols || protocols.includes(protocol.slice(0, -1)));
    if (!addresses || !known)
      return bad(
        protocols ? `must be a URL with ${protocols.map((word) => `${word}://`).join(' or ')}` : 'must be a URL',
      );
    if (!this.production) return ok(text);
    const allowed = (this.#source['ALLOW_PLAINTEXT_HOSTS'] ?? '').split(',').map((host) => host.trim());
    const inClear = hostsInClear(addresses).filter((host) => !allowed.includes(host));
    return inClear.length === 0 ? ok(text) : bad('must be encrypted (TLS) in production: see ALLOW_PLAINTEXT_HOSTS');
  }
}

/** `const env = readEnv(process.env)`: read what the service needs, then `env.check()`. */
export function readEnv(source: Readonly<Record<string, string | undefined>>): Env {
  return new Env(source);
}

type Parsed<T> = { kind: 'ok'; value: T } | { kind: 'bad'; expected: string };
const ok = <T>(value: T): Parsed<T> => ({ kind: 'ok', value });
const bad = (expected: string): Parsed<never> => ({ kind: 'bad', expected });
