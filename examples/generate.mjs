// Makes examples/requests.jsonl: 1,000 requests as programs publish them, the same bytes every time.
//   node examples/generate.mjs            writes the file
//   node examples/generate.mjs --stdout   prints it
// Names are words from neutral lists, addresses lie under sandbox.test, numbers in the range kept for fiction (+1 202 555 01xx).
import { writeFileSync } from 'node:fs';

const seed = 20_260_501;
const firstNames = 'Alex Robin Kim Sam Noa Mika Charlie Jules Toni Luca Sascha Dominique Andrea Renée Yuki'.split(' ');
const lastNames = 'Miller Baker Weber Fischer Martin Bernard Rossi Garcia Silva Novak Jansen Berg Tanaka Smith'.split(
  ' ',
);
const trades = 'Bakery,Bicycles,Books,Coffee,Dental Practice,Florist,Garage,Joinery,Optician,Physiotherapy'.split(',');
const quarters = 'Corner,Harbour,Market,Mill,North,Old Town,Riverside,Station,Sunny,West End'.split(',');
const streets = 'Garden Street,Mill Lane,Station Road,Lindenweg,Rue du Moulin,Via Roma,Calle Mayor,Kerkstraat'.split(
  ',',
);
const places = [
  ['en-GB', 'Europe/London', 'London'],
  ['de-DE', 'Europe/Berlin', 'Berlin'],
  ['de-AT', 'Europe/Vienna', 'Vienna'],
  ['fr-FR', 'Europe/Paris', 'Lyon'],
  ['it-IT', 'Europe/Rome', 'Turin'],
  ['es-ES', 'Europe/Madrid', 'Valencia'],
  ['nl-NL', 'Europe/Amsterdam', 'Utrecht'],
  ['sv-SE', 'Europe/Stockholm', 'Malmö'],
  ['pt-BR', 'America/Sao_Paulo', 'São Paulo'],
  ['en-US', 'America/New_York', 'Albany'],
  ['en-US', 'America/Los_Angeles', 'Fresno'],
  ['ja-JP', 'Asia/Tokyo', 'Osaka'],
  ['en-AU', 'Australia/Sydney', 'Newcastle'],
];
const reasons = [
  'quiet street, ten minutes on foot to the station',
  'roof and heating renewed in the last five years',
  'rents in the quarter have risen three years in a row',
  'a school and a park around the corner',
  'room under the roof that may be built out',
];
/** How the simulated recipient behaves, with how many in a thousand do so. */
const personas = [
  [530, ''],
  [200, '+opens'],
  [130, '+opens+clicks'],
  [45, '+bounces'],
  [30, '+defers'],
  [25, '+machineopens'],
  [15, '+drops'],
  [12, '+unsubscribes'],
  [8, '+complains'],
];
/** Those whose message comes back softly are tried again after 60 s and 120 s: four will do. */
const softBouncers = [120, 370, 620, 870];
/** Every 125th line is an earlier request again, word for word: it must not become a second message. */
const repeatEvery = 125;
const invalid = {
  333: (request) => ({ ...request, urgency: 'yesterday' }),
  777: (request) => ({ ...request, recipient: { ...request.recipient, contacts: { email: 'no address at all' } } }),
};

/** A small well-known generator of numbers (mulberry32). */
function dice(start) {
  let state = start;
  const roll = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit) => Math.floor(roll() * limit);
  const one = (list) => list[below(list.length)];
  const inThousand = (share) => below(1000) < share;
  const weighted = (choices) => {
    let left = below(choices.reduce((sum, [weight]) => sum + weight, 0));
    return choices.find(([weight]) => (left -= weight) < 0)[1];
  };
  return { below, one, inThousand, weighted };
}

const { below, one, inThousand, weighted } = dice(seed);
const phone = () => `+120255501${String(below(100)).padStart(2, '0')}`;

function recipientOf(n) {
  const [locale, timeZone, city] = one(places);
  const persona = softBouncers.includes(n) ? '+softbounces' : weighted(personas);
  const optOut = ['sms', 'whatsapp', 'linkedin'].filter(() => inThousand(60));
  const liked = { ...(inThousand(150) ? { channels: ['email', 'sms'] } : {}), ...(optOut.length ? { optOut } : {}) };
  if (inThousand(120)) liked.hours = [9, 10, 11, 16, 17];
  return {
    city,
    recipient: {
      id: `contact-${1000 + n}`,
      name: `${one(firstNames)} ${one(lastNames)}`,
      contacts: {
        email: inThousand(40)
          ? [`r${n}${persona}@sandbox.test`, `r${n}.second@sandbox.test`]
          : `r${n}${persona}@sandbox.test`,
        ...(inThousand(250) ? { sms: phone() } : {}),
        ...(inThousand(100) ? { whatsapp: phone() } : {}),
        ...(inThousand(80) ? { linkedin: `sandbox-profile-${n}` } : {}),
      },
      timeZone,
      locale,
      customerType: one(['new', 'new', 'existing', 'partner']),
      ...(inThousand(600) ? { device: one(['mobile', 'desktop', 'tablet']) } : {}),
      ...(Object.keys(liked).length ? { preferences: liked } : {}),
    },
  };
}

const address = (city) => `${1 + below(120)} ${one(streets)}, ${city}`;

/** What is said, about what: one of the three ready templates, or words of the caller's own. */
const kinds = [
  [
    300,
    (n, { recipient, city }) => ({
      subject: { type: 'property', id: `property-${n}` },
      messageType: 'cold_outreach',
      content: {
        templateId: 'initial_outreach_v1',
        data: { owner_name: recipient.name, property_address: address(city) },
      },
    }),
  ],
  [
    250,
    (n, { recipient, city }) => ({
      subject: { type: 'property', id: `property-${n}` },
      messageType: 'memo_delivery',
      content: {
        templateId: 'memo_delivery_email',
        version: 1,
        data: {
          memo_url: `https://memos.sandbox.test/${n}`,
          property_record: { address: address(city), city, owner_name: recipient.name, property_type: 'house' },
          score_result: { score: 35 + below(60), reasons: reasons.filter(() => inThousand(600)) },
        },
      },
    }),
  ],
  [
    300,
    (n, { recipient }) => ({
      subject: { type: 'business', id: `business-${n}` },
      messageType: 'business_intro',
      content: {
        templateId: 'email_intro',
        data: {
          business_name: `${one(quarters)} ${one(trades)}`,
          demo_url: `https://pages.sandbox.test/${n}`,
          first_name: recipient.name.split(' ')[0],
        },
      },
    }),
  ],
  [
    150,
    (n, { recipient }) => {
      const greeting = recipient.locale.startsWith('de') ? 'Guten Tag' : 'Hello';
      const text = `${greeting} ${recipient.name},\n\nthank you for your question. Thursday at ten suits us well.\n`;
      const html = `<p>${greeting} ${recipient.name},</p><p>thank you for your question. Thursday at ten suits us well.</p>`;
      return {
        subject: { type: 'lead', id: `lead-${n}` },
        messageType: 'lead_follow_up',
        content: {
          literal: {
            email: { subject: `Your question of this week (${n})`, text, ...(inThousand(500) ? { html } : {}) },
          },
        },
      };
    },
  ],
];

function requestOf(n) {
  const who = recipientOf(n);
  return {
    requestId: `example-${String(n).padStart(4, '0')}`,
    ...(inThousand(700) ? { campaignId: 'sandbox' } : {}),
    recipient: who.recipient,
    ...weighted(kinds)(n, who),
    strategy: weighted([
      [850, 'single'],
      [150, 'fallback'],
    ]),
    urgency: weighted([
      [150, 'low'],
      [700, 'normal'],
      [120, 'high'],
      [30, 'critical'],
    ]),
    ...(inThousand(60) ? { channels: ['email', 'sms'] } : {}),
    ...(inThousand(80) ? { replyTo: 'answers@sandbox.test' } : {}),
    ...(inThousand(50) ? { sendAt: '2026-01-05T09:00:00Z' } : {}),
    ...(inThousand(100) ? { expiresAt: '2099-12-31T23:59:59Z' } : {}),
    metadata: { importedFrom: 'example', row: n },
  };
}

/** Ways in which a sound request must be refused all the same, by the step that looks at it. */
const refused = [
  ({ recipient, ...rest }) => ({ ...rest, recipient: { ...recipient, contacts: { sms: phone() } } }),
  ({ recipient, ...rest }) => ({ ...rest, recipient: { ...recipient, preferences: { optOut: ['email', 'sms'] } } }),
  (request) => ({ ...request, channels: ['sms', 'whatsapp'] }),
  (request) => ({ ...request, content: { literal: { sms: { text: 'Your appointment is on Thursday at ten.' } } } }),
  (request) => ({ ...request, expiresAt: undefined, sendAt: '2099-01-01T09:00:00Z' }),
];

function makeLines() {
  const lines = [];
  for (let n = 1; n <= 1000; n += 1) {
    const request = requestOf(n);
    const earlier = lines[n - 1 - 20];
    if (n % repeatEvery === 0) lines.push(earlier);
    else if (invalid[n]) lines.push(invalid[n](request));
    else if (n % 25 === 7) lines.push(refused[Math.floor(n / 25) % refused.length](request));
    else lines.push(request);
  }
  return `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`;
}

const text = makeLines();
if (process.argv.includes('--stdout')) process.stdout.write(text);
else writeFileSync(new URL('requests.jsonl', import.meta.url), text);
