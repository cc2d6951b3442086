// Texts of signing up and of a forgotten password in German.
import { type Html, html } from '../../html.ts'
import type { Texts } from '../en.ts'

function name(text: string): Html {
  return html`<strong>${text}</strong>`
}

export const MAIL_PROOF: Texts['mailProof'] = {
  offers: { 'sign-up': 'Konto anlegen', reset: 'Passwort vergessen?' },
  ask: {
    'sign-up': {
      title: 'Konto anlegen',
      lead: (app) =>
        html`${app !== undefined && html`Um zu ${name(app)} zu gelangen: `}Ihre E-Mail-Adresse ist Ihr Benutzername. Dorthin senden wir zuerst eine Nachricht.`,
      button: 'Nachricht senden',
      other: 'Ich habe schon ein Konto',
    },
    reset: {
      title: 'Passwort vergessen?',
      lead: () =>
        html`Geben Sie die E-Mail-Adresse Ihres Kontos ein. Wir senden eine Nachricht dorthin, mit der Sie ein neues Passwort wählen.`,
      button: 'Nachricht senden',
      other: 'Zurück zur Anmeldung',
    },
  },
  check: {
    title: 'Sehen Sie in Ihre E-Mails',
    lead: {
      'sign-up': (address) =>
        html`Wir haben eine Nachricht an ${name(address)} gesendet, mit einem Link und einem Code.`,
      reset: (address) =>
        html`Wenn es ein Konto mit ${name(address)} gibt, ist eine Nachricht unterwegs, mit einem Link und einem Code.`,
    },
    code: 'Sechsstelliger Code',
    codeHint: 'Oder öffnen Sie den Link in der Nachricht.',
    button: 'Weiter',
    again: 'Noch eine Nachricht senden',
    note: 'Nichts angekommen? Sehen Sie im Spam-Ordner nach. Code und Link gelten eine Stunde.',
    problems: {
      wrong: 'Dieser Code stimmt nicht. Geben Sie den aus der neuesten Nachricht ein.',
      'too many':
        'Das waren zu viele falsche Codes. Öffnen Sie den Link in der Nachricht, oder lassen Sie noch eine senden.',
    },
  },
  choose: {
    'sign-up': { title: 'Passwort wählen', button: 'Konto anlegen' },
    reset: { title: 'Neues Passwort wählen', button: 'Passwort setzen' },
    lead: (address) => html`für ${name(address)}`,
    email: 'E-Mail-Adresse',
    name: 'Ihr Name (freiwillig)',
    password: 'Neues Passwort',
    hint: (least) => `Mindestens ${least} Zeichen; mehrere Wörter merken Sie sich leicht.`,
    resetNote: 'Danach sind Sie überall sonst abgemeldet.',
    problems: {
      tooShort: (least) => `Dieses Passwort ist zu kurz: Es braucht mindestens ${least} Zeichen.`,
      tooLong: () => 'Dieses Passwort ist zu lang: höchstens 256 Zeichen.',
      common: () => 'Dieses Passwort verwenden viele, deshalb wird es zuerst versucht. Wählen Sie ein anderes.',
      personal: () =>
        'Dieses Passwort besteht fast nur aus Ihrem Namen, Ihrer Adresse oder dem Namen der App. Wählen Sie ein anderes.',
    },
  },
  confirm: {
    'sign-up': { title: 'Konto anlegen?', button: 'Weiter' },
    reset: { title: 'Neues Passwort wählen?', button: 'Weiter' },
    lead: (address) => html`Die Nachricht ging an ${name(address)}.`,
    note: 'Wenn Sie diese Nachricht nicht wollten, schließen Sie diese Seite.',
  },
  done: {
    'sign-up': { title: 'Ihr Konto ist angelegt', text: 'Ihre E-Mail-Adresse ist bestätigt.' },
    reset: { title: 'Ihr Passwort ist geändert', text: 'Sie sind überall abgemeldet.' },
    back: (app) =>
      app === undefined
        ? html`Gehen Sie dorthin zurück, wo Sie begonnen haben, und melden Sie sich an.`
        : html`Gehen Sie zurück zu ${name(app)} und melden Sie sich an.`,
  },
  toAccount: 'Am Konto anmelden',
  ended: {
    title: 'Dieser Link gilt nicht mehr',
    text: 'Er wurde schon benutzt oder ist abgelaufen. Gehen Sie dorthin zurück, wo Sie begonnen haben, und lassen Sie bei Bedarf noch eine Nachricht senden.',
  },
  addressLink: {
    title: 'Diese Adresse Ihrem Konto hinzufügen?',
    lead: (address, account) =>
      html`${name(address)} gehört dann zum Konto${account !== undefined && html` von ${name(account)}`}, und wer dieses Konto hat, kann sich damit anmelden.`,
    button: 'Adresse hinzufügen',
    elsewhere:
      'In diesem Browser ist dieses Konto nicht angemeldet. Geben Sie den Code aus der Nachricht dort ein, wo Sie begonnen haben, oder melden Sie sich hier an und öffnen Sie den Link noch einmal.',
    note: 'Wenn das nicht Ihr Konto ist oder Sie diese Nachricht nicht wollten, schließen Sie diese Seite.',
    doneTitle: 'Die Adresse ist hinzugefügt',
    done: (address) => html`Sie können sich ab jetzt mit ${name(address)} anmelden.`,
  },
  ownAddressLink: {
    title: 'Diese Adresse bestätigen?',
    lead: (address) =>
      html`${name(address)} ist die Adresse eines Kontos hier. Bestätigen Sie sie, wenn dieses Konto Ihres ist: Was dem Inhaber der Adresse offensteht, steht dann diesem Konto offen.`,
    button: 'Adresse bestätigen',
    doneTitle: 'Die Adresse ist bestätigt',
    done: (address) => html`${name(address)} ist jetzt bestätigt.`,
  },
  notAvailable: {
    title: 'Hier nicht möglich',
    'sign-up': 'Auf diesem Server legt niemand selbst ein Konto an. Fragen Sie, wer ihn betreibt.',
    reset: 'Dieser Server kann keine Nachrichten senden. Fragen Sie, wer ihn betreibt, nach einem neuen Passwort.',
    back: 'Zurück zur Anmeldung',
  },
}
