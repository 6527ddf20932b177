import { brevoPlay } from './brevo/brevo.play.js';
import { mailgunPlay } from './mailgun/mailgun.play.js';
import { linkedInPlay } from './linkedin/linkedin.play.js';
import { instagramPlay, messengerPlay } from './meta/messaging.plays.js';
import { whatsappCloudPlay } from './meta/whatsapp-cloud.play.js';
import { mandrillPlay } from './mandrill/mandrill.play.js';
import { smtpPlay } from './smtp/smtp.play.js';
import type { ProviderPlay } from './provider.play.js';
import { sitePlay } from './site/site.play.js';
import { sendgridPlay } from './sendgrid/sendgrid.play.js';
import { xDmPlay } from './x/x-dm.play.js';
import { genericPlays } from './generic/generic.play.js';
import { textbeePlay } from './textbee/textbee.play.js';
import { twilioPlay, twilioWhatsAppPlay } from './twilio/twilio.play.js';

/** Every provider that is played here, a line each. */
export const PROVIDER_PLAYS: readonly ProviderPlay[] = [
  sendgridPlay,
  mailgunPlay,
  brevoPlay,
  smtpPlay,
  mandrillPlay,
  whatsappCloudPlay,
  messengerPlay,
  instagramPlay,
  xDmPlay,
  twilioPlay,
  twilioWhatsAppPlay,
  textbeePlay,
  ...genericPlays,
  linkedInPlay,
  sitePlay,
];
