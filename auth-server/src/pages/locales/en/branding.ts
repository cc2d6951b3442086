// The texts about the developers of an application, where people decide, in English.

export const BRANDING = {
  of: (app: string) => `From the developers of ${app}:`,
  privacy: 'Privacy policy',
  terms: 'Terms',
  support: 'Support',
}
