import { parse, type DefaultTreeAdapterTypes } from 'parse5';

export type Element = DefaultTreeAdapterTypes.Element;
type Node = DefaultTreeAdapterTypes.ChildNode | DefaultTreeAdapterTypes.Document;

const isElement = (node: Node): node is Element => 'tagName' in node;

/** Every element, each with those it stands in, outermost first. Deeper than 200 is nobody's form. */
export function elementsOf(html: string): { readonly element: Element; readonly within: readonly Element[] }[] {
  const found: { element: Element; within: readonly Element[] }[] = [];
  const walk = (node: Node, within: readonly Element[]): void => {
    if (within.length > 200) return;
    if (isElement(node)) found.push({ element: node, within });
    const inner = isElement(node) ? [...within, node] : within;
    if ('childNodes' in node) for (const child of node.childNodes) walk(child, inner);
  };
  walk(parse(html), []);
  return found;
}

export const attributeOf = (element: Element, name: string): string | undefined =>
  element.attrs.find((each) => each.name === name)?.value;

/** What a person reads of it, without scripts and styles. */
export function textOf(node: Node): string {
  if ('value' in node) return node.value;
  if (isElement(node) && ['script', 'style', 'template'].includes(node.tagName)) return '';
  return 'childNodes' in node ? node.childNodes.map(textOf).join(' ').replace(/\s+/g, ' ').trim() : '';
}

const HIDING =
  /display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?![.\d])|(left|top|right|text-indent)\s*:\s*-\d{3,}|(width|height)\s*:\s*0(px)?\s*(;|$)|clip\s*:\s*rect/i;
const HIDING_CLASS =
  /(^|[\s_-])(honeypot|hp|hpot|d-none|hidden|visually-hidden|sr-only|screen-reader-text|offscreen|off-screen)($|[\s_-])/i;

/** A person does not see it: what is asked there is asked of machines. */
export function isOutOfSight(element: Element, within: readonly Element[]): boolean {
  return [element, ...within].some(
    (each) =>
      attributeOf(each, 'hidden') !== undefined ||
      attributeOf(each, 'aria-hidden') === 'true' ||
      attributeOf(each, 'inert') !== undefined ||
      HIDING.test(attributeOf(each, 'style') ?? '') ||
      HIDING_CLASS.test(attributeOf(each, 'class') ?? ''),
  );
}
