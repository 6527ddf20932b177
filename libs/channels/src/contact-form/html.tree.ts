import { parse, type DefaultTreeAdapterTypes } from 'parse5';

export type Element = DefaultTreeAdapterTypes.Element;
type Node = DefaultTreeAdapterTypes.ChildNode | DefaultTreeAdapterTypes.Document;

const isElement = (node: Node): node is Element => 'tagName' in node;

/** More than any page with a form has. */
const MOST_ELEMENTS = 20_000;

/** Elements, each with those it stands in, outermost first. Deeper than 200 or beyond {@link MOST_ELEMENTS} is nobody's form. */
export function elementsOf(html: string): { readonly element: Element; readonly within: readonly Element[] }[] {
  const found: { element: Element; within: readonly Element[] }[] = [];
  const walk = (node: Node, within: readonly Element[]): void => {
    if (within.length > 200 || found.length >= MOST_ELEMENTS) return;
    if (isElement(node)) found.push({ element: node, within });
    const inner = isElement(node) ? [...within, node] : within;
    if ('childNodes' in node) for (const child of node.childNodes) walk(child, inner);
  };
  walk(parse(html), []);
  return found;
}

export const attributeOf = (element: Element, name: string): string | undefined =>
  element.attrs.find((each) => each.name === name)?.value;

/** What a person reads of it, without scripts and styles; however deep it is nested. */
export function textOf(node: Node): string {
  const texts: string[] = [];
  const left: Node[] = [node];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if ('value' in next) texts.push(next.value);
    else if ('childNodes' in next && !(isElement(next) && ['script', 'style', 'template'].includes(next.tagName)))
      for (let child = next.childNodes.length - 1; child >= 0; child -= 1) left.push(next.childNodes[child]!);
  }
  return texts.join(' ').replace(/\s+/g, ' ').trim();
}

const HIDING =
  /display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?![.\d])|(left|top|right|text-indent)\s*:\s*-\d{3,}|(width|height)\s*:\s*0(px)?\s*(;|$)|clip\s*:\s*rect/i;
const HIDING_CLASS =
  /(^|[\s_-])(honeypot|hp|hpot|d-none|hidden|visually-hidden|sr-only|screen-reader-text|offscreen|off-screen)($|[\s_-])/i;

/** A person does not see it: what is asked there is asked of machines. */
export function isOutOfSight(element: Element, within: readonly Element[]): boolean {
  return [element, ...within].some(hides);
}

/** Asked of one element once: thousands of fields may stand in it. */
const known = new WeakMap<Element, boolean>();

function hides(element: Element): boolean {
  const before = known.get(element);
  if (before !== undefined) return before;
  const is =
    attributeOf(element, 'hidden') !== undefined ||
    attributeOf(element, 'aria-hidden') === 'true' ||
    attributeOf(element, 'inert') !== undefined ||
    HIDING.test(attributeOf(element, 'style') ?? '') ||
    HIDING_CLASS.test(attributeOf(element, 'class') ?? '');
  known.set(element, is);
  return is;
}
