// Texts of the portal on the ways to sign in that APIs and applications offer, in German.
import type { Texts } from '../en.ts'

export const PORTAL_WAYS = {
  title: 'Anmeldewege',
  leadOfApplication:
    'Eine Anwendung schränkt ein, was ihre APIs anbieten, und erweitert es nie. Wer auf einem anderen Weg angemeldet ist, meldet sich für sie neu an.',
  leadOfApi:
    'Wie sich Leute anmelden, die wegen einer API kommen. Wer auf einem anderen Weg angemeldet ist, meldet sich für sie neu an; bestehende Anmeldungen gelten bis zu ihrem Ende.',
  atApi: (api) => `Was man bei ${api} sieht`,
  narrowed: 'Eine Anwendung kann davon weniger übrig lassen, nie mehr.',
  nobody: 'Es bleibt kein Weg: Niemand kommt hinein.',
  straight: 'führt sofort dorthin',
  routed: (domains) => `auch wer eine Adresse bei ${domains} eingibt und kein Passwort`,
  change: 'Ändern',
  legend: 'Was angeboten wird',
  every: 'Jeder Weg, den es gibt',
  everyOfApis: 'Jeder Weg, den ihre APIs anbieten',
  chosen: 'Nur diese, in dieser Reihenfolge:',
  own: 'Konten dieses Servers, mit Passwort oder Passkey',
  gone: (provider) => `${provider} (nicht mehr eingerichtet)`,
  notOffered: 'nicht angeboten',
  place: (place) => `Platz ${place}`,
  default: 'Wohin man sofort geführt wird',
  defaultHint: 'Es muss einer der angebotenen sein. Wer von dort ohne Anmeldung zurückkommt, sieht alle.',
  noDefault: 'Nirgendwohin: Man wählt selbst',
  withDefault: (ways, straight) => `${ways}; sofort zu ${straight}`,
  problems: {
    none: 'Geben Sie mindestens einem Weg einen Platz: Sonst kommt niemand hinein.',
    default: 'Wohin man sofort geführt wird, muss einer der angebotenen Wege sein.',
  },
} satisfies Texts['portalWays']
