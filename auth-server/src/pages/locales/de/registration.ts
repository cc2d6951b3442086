// Die Fragen einer API an ihre Leute, auf Deutsch.
import type { Texts } from '../en.ts'

export const REGISTRATION: Texts['registration'] = {
  title: (api) => `Ein paar Angaben für ${api}`,
  lead: (api) =>
    `${api} fragt Sie das, bevor eine App den Dienst nutzen kann. Sie können es später in Ihrem Konto ändern.`,
  optional: (label) => `${label} (freiwillig)`,
  terms: (label) => `Ich stimme zu: ${label}`,
  read: (version) => `Lesen (Fassung ${version})`,
  problems: {
    missing: (label) => `${label}: Das wird gebraucht.`,
    wrong: (label) => `${label}: Das kann nicht stimmen.`,
    young: (label, age) => `${label}: Sie müssen mindestens ${age} Jahre alt sein.`,
    text: (label, max) => `${label}: Schreiben Sie eine Zeile mit höchstens ${max} Zeichen.`,
    email: (label) => `${label}: Schreiben Sie eine E-Mail-Adresse.`,
    number: (label, min, max) => {
      const bounds =
        min !== undefined && max !== undefined
          ? ` von ${min} bis ${max}`
          : min !== undefined
            ? ` ab ${min}`
            : max !== undefined
              ? ` bis ${max}`
              : ''
      return `${label}: Schreiben Sie eine ganze Zahl${bounds}.`
    },
    terms: (label) => `${label}: Ohne Zustimmung geht es nicht weiter.`,
  },
  ageHint: (age) => `Ihr Geburtsdatum. Gespeichert wird nur, ob Sie mindestens ${age} sind.`,
  key: (api) => `Antworten an ${api}`,
  change: 'Antworten',
  given: 'Angegeben',
  no: 'Nein',
  former: 'Das Folgende fragt dieser Dienst nicht mehr. Gespeichert bleibt es, bis Sie es widerrufen.',
  withdraw: 'Alles widerrufen',
  withdrawTitle: (api) => `Ihre Antworten an ${api} widerrufen?`,
  withdrawLead: 'Das geschieht sofort:',
  withdrawEffects: [
    'Was Sie dort geantwortet haben, wird gelöscht, und Ihre Zustimmung zu Bedingungen ist widerrufen',
    'Jede App, die diesen Dienst nutzt, wird abgemeldet und fragt Sie bei der nächsten Anmeldung wieder',
  ],
}
