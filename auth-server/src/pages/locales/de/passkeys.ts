// Texts about passkeys in German.
import type { Texts } from '../en.ts'

export const PASSKEYS = {
  add: 'Passkey hinzufügen',
  secondFactor: 'Passkey verwenden',
  signIn: 'Mit Passkey anmelden',
  withoutScript: 'Für einen Passkey schalten Sie auf dieser Seite JavaScript ein.',
  problems: {
    NotAllowedError: 'Es wurde kein Passkey verwendet. Versuchen Sie es noch einmal oder auf einem anderen Weg.',
    other: 'Mit Passkey hat das nicht geklappt. Versuchen Sie es noch einmal oder auf einem anderen Weg.',
  },
  refused: {
    malformed: 'Dieser Passkey ließ sich nicht prüfen. Versuchen Sie es noch einmal oder auf einem anderen Weg.',
    expired: 'Das hat zu lange gedauert oder ist in einem anderen Tab schon geschehen. Versuchen Sie es noch einmal.',
    unknown: 'Mit diesem Passkey kann sich hier niemand anmelden. Nehmen Sie einen anderen oder einen anderen Weg.',
  },
  notKept: {
    malformed: 'Dieser Passkey ließ sich nicht prüfen und wurde nicht hinzugefügt. Versuchen Sie es noch einmal.',
    expired: 'Das hat zu lange gedauert oder ist in einem anderen Tab schon geschehen. Versuchen Sie es noch einmal.',
    'too many': 'Sie haben so viele Passkeys, wie möglich sind. Entfernen Sie einen, bevor Sie einen neuen hinzufügen.',
    'known already': 'Dieser Passkey gehört schon zu einem Konto.',
    'person changed': 'Inzwischen hat sich etwas geändert, darum wurde er nicht hinzugefügt. Melden Sie sich neu an.',
  },
  offer: {
    title: 'Nächstes Mal schneller anmelden?',
    lead: 'Mit einem Passkey melden Sie sich mit Fingerabdruck, Gesicht oder Displaysperre an. Sie tippen kein Passwort, und niemand kann eines stehlen.',
    later: 'Jetzt nicht',
    note: 'Ihr Passwort bleibt. Wer sich damit anmeldet, wird dann auch nach dem Passkey gefragt.',
  },
} satisfies Texts['passkeys']
