// The SDK's typings name neither class where Node's ESM finds it; this file says once what is really there.
import client from '@sendgrid/client';
import mail from '@sendgrid/mail';

export type SdkClient = typeof client;
export type SdkRequest = Parameters<SdkClient['createRequest']>[0];
export type SdkMailService = typeof mail;
export type SdkMail = Exclude<Parameters<SdkMailService['send']>[0], readonly unknown[]>;

export const Client = (client as unknown as { Client: new () => SdkClient }).Client;
export const MailService = (mail as unknown as { MailService: new () => SdkMailService }).MailService;
