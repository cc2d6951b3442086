// Texts of signing in by another provider in German.
import { type Html, html } from '../../html.ts'
import type { Texts } from '../en.ts'

function name(text: string): Html {
  return html`<strong>${text}</strong>`
}

export const FEDERATION = {
  continueWith: (label) => `Weiter mit ${label}`,
  continueWithDown: (label) => `${label}: gerade nicht erreichbar`,
  signInToLink: (label, email) =>
    html`Es gibt schon ein Konto mit ${name(email)}. Melden Sie sich dort einmal so an wie bisher; danach können Sie ${name(label)} damit verknüpfen.`,
  failedTitle: (label) => `Keine Anmeldung mit ${label}`,
  failures: {
    unavailable: (label) =>
      `${label} ist gerade nicht erreichbar. Versuchen Sie es in einer Minute wieder oder auf einem anderen Weg.`,
    cancelled: (label) => `Bei ${label} wurde abgebrochen. Es hat sich nichts geändert.`,
    refused: (label) =>
      `Die Antwort von ${label} war nicht brauchbar. Versuchen Sie es noch einmal; wenn es wieder geschieht, melden Sie sich auf einem anderen Weg an.`,
    ended: (_) =>
      'Das hat zu lange gedauert, ist schon geschehen oder begann in einem anderen Browser. Gehen Sie dorthin zurück, wo Sie begonnen haben, und versuchen Sie es noch einmal.',
    suspended: (_) => 'Dieses Konto lässt sich zurzeit nicht nutzen. Wenden Sie sich an den Betreiber.',
    newPassword: (_) =>
      'Dieses Konto braucht zuerst ein neues Passwort. Gehen Sie zurück, wählen Sie „Passwort vergessen?“ und legen Sie eines fest.',
    closed: (label) =>
      `Zu diesem Konto bei ${label} gehört hier keines, und Konten legt hier nur der Betreiber an. Wenden Sie sich an ihn.`,
    notOffered: (label) =>
      `Bei dieser App melden Sie sich nicht mit ${label} an. Gehen Sie zurück und wählen Sie einen anderen Weg.`,
    addressTaken: (label) =>
      `Zu Ihrer Adresse gibt es schon ein Konto, und auf keinem Weg dieser App können Sie zeigen, dass es Ihres ist. Melden Sie sich hier bei Ihrem Konto an, verknüpfen Sie dort unter Sicherheit ${label} und versuchen Sie es noch einmal.`,
    taken: (label) => `Dieses Konto bei ${label} ist schon verknüpft: mit Ihrem Konto hier oder mit einem anderen.`,
  },
  back: 'Zurück',
  typed: {
    title: (label) => `Mit ${label} anmelden`,
    lead: (label) =>
      `Geben Sie ein, womit Sie sich bei ${label} anmelden. Es wird dort geprüft und hier nicht aufbewahrt.`,
    name: (label) => `Name bei ${label}`,
    password: (label) => `Passwort bei ${label}`,
    problems: {
      noMatch: (label) => `${label} kennt diesen Namen mit diesem Passwort nicht.`,
      tooMany: (_) => 'Zu viele Versuche. Warten Sie ein paar Minuten oder melden Sie sich auf einem anderen Weg an.',
    },
    otherWay: 'Auf einem anderen Weg anmelden',
  },
  link: {
    title: (label) => `${label} verknüpfen?`,
    lead: (label, email, account) =>
      html`Danach meldet Sie auch ${name(label)} (${name(email)}) beim Konto ${name(account)} an.`,
    button: (label) => `${label} verknüpfen`,
    later: 'Jetzt nicht',
    note: 'In Ihrem Konto können Sie das unter „Sicherheit“ wieder aufheben.',
  },
  account: {
    title: 'Verknüpfte Konten',
    lead: 'Mit jedem davon können Sie sich hier anmelden. Was Sie dort tun, sehen wir nicht.',
    none: 'Kein Konto eines anderen Anbieters ist verknüpft.',
    since: (day) => html`verknüpft ${day}`,
    used: (ago) => html`zuletzt verwendet ${ago}`,
    add: (label) => `Konto bei ${label} verknüpfen`,
    remove: 'Trennen',
    removeTitle: (label) => `${label} trennen?`,
    removeEffects: (label) => [`${label} meldet Sie hier nicht mehr an`],
    removeButton: (label) => `${label} trennen`,
    onlyWay:
      'Das ist der einzige Weg, auf dem Sie sich anmelden können. Wählen Sie zuerst ein Passwort oder fügen Sie einen Passkey hinzu; dann können Sie das Konto trennen.',
  },
} satisfies Texts['federation']
