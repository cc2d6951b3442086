// The texts about the developers of an application, where people decide, in German.
import type { BRANDING as EN } from '../en/branding.ts'

export const BRANDING = {
  of: (app) => `Von den Entwicklern von ${app}:`,
  privacy: 'Datenschutz',
  terms: 'Nutzungsbedingungen',
  support: 'Kontakt',
} satisfies typeof EN
