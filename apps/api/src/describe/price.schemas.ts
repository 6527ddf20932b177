import { CHANNELS, MAX_TABLE_MICROS, PriceDto, PriceTableDto } from '@homing/contracts';
import { schemaOf } from './request.schema.js';
import { ref, type Schema } from './schema.parts.js';

/** A price is plain or a table, which the rules of the reader choose between by its fields. */
export function withPrices(schema: Schema): Schema {
  const properties = schema['properties'] as Record<string, Schema>;
  const price = { oneOf: [schemaOf(PriceDto), ref('PriceTable')] };
  const prices = Object.fromEntries(CHANNELS.map((name) => [name, price]));
  return { ...schema, properties: { ...properties, prices: { ...properties['prices'], properties: prices } } };
}

/** With what the reader checks entry by entry. */
export function priceTable(): Schema {
  const table = schemaOf(PriceTableDto);
  const properties = table['properties'] as Record<string, Schema>;
  const micros = { type: 'integer', minimum: 0, maximum: MAX_TABLE_MICROS };
  const described = (name: string, description: string): Schema => ({ [name]: { ...properties[name], description } });
  const named = (name: string, description: string): Schema => ({
    [name]: { type: 'object', additionalProperties: micros, description },
  });
  return {
    ...{ ...table, description: 'prices in micro-units; reserved is the dearest that may hold times `maxSegments`' },
    properties: {
      ...properties,
      ...described('default', 'where neither the country nor the provider has a price of its own'),
      ...described('perSegment', 'prices are for a segment; only of sms, where true is the default'),
      ...described('maxSegments', 'segments a message may have; only where prices are per segment; default 3'),
      ...named('countries', 'by the recipient’s country, ISO 3166-1 alpha-2'),
      ...named('providers', 'by provider; the dearer one where the country has a price, too'),
    },
  };
}
