import { attributeOf, elementsOf, isOutOfSight, textOf, type Element } from './html.tree.js';

export interface FormField {
  readonly name: string;
  /** `text`, `email`, `hidden`, `textarea`, `select`, `checkbox` ... */
  readonly type: string;
  /** As the page gives it. */
  readonly value: string;
  readonly required: boolean;
  /** A person does not see it. */
  readonly outOfSight: boolean;
  readonly autocomplete: string;
  /** Name, id, label, placeholder and aria-label: what it is called, in lower case. */
  readonly called: string;
  /** Of a select: what may be chosen. */
  readonly options: readonly string[];
}

export interface PageForm {
  /** Absolute. */
  readonly action: string;
  readonly method: string;
  readonly encoding: string;
  readonly fields: readonly FormField[];
  readonly text: string;
  /** Something only a person is meant to solve stands in it. */
  readonly captcha: boolean;
}

export interface Page {
  readonly forms: readonly PageForm[];
  readonly text: string;
  /** A captcha's script is loaded: any form may ask for it. */
  readonly captcha: boolean;
}

const CAPTCHA =
  /captcha|turnstile|frc-|friendlycaptcha|arkose|funcaptcha|geetest|altcha|mosparo|cf-challenge|challenge-platform/i;

/** Reads a page's forms. Never throws, whatever the page holds. */
export function readPage(html: string, pageUrl: string): Page {
  const all = elementsOf(html);
  const base = all.find(({ element }) => element.tagName === 'base' && attributeOf(element, 'href'))?.element;
  const from = absolute((base && attributeOf(base, 'href')) ?? '', pageUrl) ?? pageUrl;
  const labels = new Map(
    all
      .filter(({ element }) => element.tagName === 'label' && attributeOf(element, 'for'))
      .map(({ element }) => [attributeOf(element, 'for') ?? '', labelText(element)]),
  );
  const members = membersOf(all);
  const forms = all
    .filter(({ element }) => element.tagName === 'form')
    .map(({ element: form }): PageForm => {
      const inside = members.get(form) ?? [];
      return {
        action: absolute(attributeOf(form, 'action') ?? '', from) ?? '',
        method: (attributeOf(form, 'method') ?? 'get').toLowerCase(),
        encoding: (attributeOf(form, 'enctype') ?? 'application/x-www-form-urlencoded').toLowerCase(),
        fields: inside.flatMap(({ element, within }) => fieldOf(element, within, labels) ?? []),
        text: textOf(form),
        captcha: inside.some(({ element }) => marksCaptcha(element)),
      };
    });
  const scripts = all.filter(({ element }) => element.tagName === 'script' || element.tagName === 'iframe');
  const body = all.find(({ element }) => element.tagName === 'body')?.element;
  return {
    forms,
    text: body ? textOf(body) : '',
    captcha: scripts.some(({ element }) => CAPTCHA.test(attributeOf(element, 'src') ?? '')),
  };
}

type Placed = ReturnType<typeof elementsOf>[number];

/** What belongs to each form, in order: what stands in it, and what names it. One look at each element, however many forms there are. */
function membersOf(all: readonly Placed[]): ReadonlyMap<Element, readonly Placed[]> {
  const members = new Map<Element, Placed[]>();
  const named = new Map<string, Element>();
  for (const { element } of all) {
    if (element.tagName !== 'form') continue;
    members.set(element, []);
    const id = attributeOf(element, 'id') ?? '';
    if (id !== '' && !named.has(id)) named.set(id, element);
  }
  for (const placed of all) {
    const { element, within } = placed;
    const forms = new Set(within.filter(({ tagName }) => tagName === 'form'));
    const stated = named.get(attributeOf(element, 'form') ?? '');
    if (stated) forms.add(stated);
    for (const form of forms) members.get(form)?.push(placed);
  }
  return members;
}

/** Of one label; a longer one calls nothing by its name. */
const MOST_LABEL = 300;
const labelTexts = new WeakMap<Element, string>();

function labelText(label: Element): string {
  const text = labelTexts.get(label) ?? textOf(label).slice(0, MOST_LABEL);
  labelTexts.set(label, text);
  return text;
}

const marksCaptcha = (element: Element): boolean =>
  ['class', 'id', 'name', 'src', 'data-sitekey', 'alt'].some((name) => {
    const value = attributeOf(element, name);
    return value !== undefined && (name === 'data-sitekey' || CAPTCHA.test(value));
  });

const CONTROLS: ReadonlySet<string> = new Set(['input', 'textarea', 'select', 'button']);

function fieldOf(
  element: Element,
  within: readonly Element[],
  labels: ReadonlyMap<string, string>,
): FormField | undefined {
  if (!CONTROLS.has(element.tagName) || attributeOf(element, 'disabled') !== undefined) return undefined;
  const of = (name: string): string => attributeOf(element, name) ?? '';
  const name = of('name');
  if (name === '') return undefined;
  const type = typeOf(element);
  const around = within.findLast(({ tagName }) => tagName === 'label');
  const label = labels.get(of('id')) ?? (around ? labelText(around) : '');
  const options = optionsOf(element);
  return {
    name,
    type,
    value: type === 'textarea' ? textOf(element) : type === 'select' ? (options.chosen ?? '') : of('value'),
    required: attributeOf(element, 'required') !== undefined || of('aria-required') === 'true' || /\*\s*$/.test(label),
    outOfSight: type !== 'hidden' && isOutOfSight(element, within),
    autocomplete: of('autocomplete').toLowerCase(),
    called: [name, of('id'), label, of('placeholder'), of('aria-label'), of('title')].join(' ').toLowerCase(),
    options: options.all,
  };
}

function typeOf({ tagName, ...element }: Element): string {
  if (tagName === 'textarea' || tagName === 'select') return tagName;
  const stated = element.attrs.find(({ name }) => name === 'type')?.value.toLowerCase();
  return stated ?? (tagName === 'button' ? 'submit' : 'text');
}

function optionsOf(element: Element): { readonly all: readonly string[]; readonly chosen?: string } {
  if (element.tagName !== 'select') return { all: [] };
  const options = element.childNodes.filter((node): node is Element => 'tagName' in node && node.tagName === 'option');
  const valueOf = (option: Element): string => attributeOf(option, 'value') ?? textOf(option);
  const chosen = options.find((option) => attributeOf(option, 'selected') !== undefined);
  return { all: options.map(valueOf), ...(chosen ? { chosen: valueOf(chosen) } : {}) };
}

const absolute = (text: string, base: string): string | undefined =>
  URL.canParse(text, base) ? new URL(text, base).href : undefined;
