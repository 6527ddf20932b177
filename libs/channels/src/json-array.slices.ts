/**
 * The raw text of each element of a JSON array, in order. The text must already have been parsed as an array: this only
 * finds the commas at depth one, outside strings.
 */
export function arraySlices(json: string): string[] {
  const slices: string[] = [];
  let depth = 0;
  let inString = false;
  let start = json.indexOf('[') + 1;
  for (let at = start; at < json.length; at++) {
    const char = json[at];
    if (inString) {
      if (char === '\\') at++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{' || char === '[') depth++;
    else if (depth > 0 && (char === '}' || char === ']')) depth--;
    else if (depth === 0 && (char === ',' || char === ']')) {
      slices.push(json.slice(start, at).trim());
      start = at + 1;
      if (char === ']') break;
    }
  }
  return slices.length === 1 && slices[0] === '' ? [] : slices;
}
