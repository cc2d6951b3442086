// Texts about passkeys in German.
import { html } from '../../html.ts'
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
  own: {
    title: 'Passkeys',
    count: (count) => (count === 1 ? 'Einer' : `${count}`),
    lead: 'Mit einem Passkey melden Sie sich mit Fingerabdruck, Gesicht oder Displaysperre an. Sie tippen kein Passwort, und niemand kann eines stehlen.',
    none: 'Sie haben noch keinen Passkey.',
    unable:
      'Dieser Browser kann keine Passkeys anlegen. Öffnen Sie diese Seite auf Ihrem Telefon oder in einem neueren Browser.',
    unnamed: 'Passkey',
    added: (day) => html`hinzugefügt am ${day}`,
    used: (ago) => html`benutzt ${ago}`,
    neverUsed: 'noch nicht benutzt',
    name: 'Bezeichnung',
    nameTitle: 'Wie nennen Sie diesen Passkey?',
    nameHint: 'Damit Sie ihn wiedererkennen: „Mein Handy“, „Stick am Schlüsselbund“.',
    badName: (max) => `Schreiben Sie eine Bezeichnung in einer Zeile mit höchstens ${max} Zeichen.`,
    addedOn: 'Hinzugefügt',
    lastUsed: 'Zuletzt benutzt',
    kept: 'Aufbewahrt',
    synced: 'In Ihrer Passkey-Verwaltung, auf allen Ihren Geräten',
    oneDevice: 'Nur auf einem Gerät',
    remove: 'Entfernen',
    removeTitle: 'Diesen Passkey entfernen?',
    removeLead: (passkey) => html`<strong>${passkey}</strong> gilt hier dann nicht mehr:`,
    removeEffects: [
      'Er meldet Sie nicht mehr an. Ihre anderen Wege zur Anmeldung bleiben',
      'Wo Sie sich allein mit einem Passkey angemeldet haben, werden Sie abgemeldet, vielleicht auch hier',
      'Ist er Ihr letzter zweiter Faktor, enden Ihre Wiederherstellungscodes',
    ],
    onlyWay:
      'Das ist der einzige Weg, auf dem Sie sich anmelden können. Wählen Sie zuerst ein Passwort oder fügen Sie einen weiteren Passkey hinzu; dann können Sie diesen entfernen.',
    removeNote: 'Ihr Gerät behält ihn, bis Sie ihn dort löschen.',
    removeButton: (passkey) => `${passkey} entfernen`,
  },
} satisfies Texts['passkeys']
