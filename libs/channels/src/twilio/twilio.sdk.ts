// A CommonJS package whose names Node's ESM finds on its default export only.
import twilio from 'twilio';

export const Twilio = twilio.Twilio;
export const validateRequest = twilio.validateRequest;
export const getExpectedTwilioSignature = twilio.getExpectedTwilioSignature;
export type SdkClient = InstanceType<typeof twilio.RequestClient>;
