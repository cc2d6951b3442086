// Texts for guests who make an account, in German.
import { type Html, html } from '../../html.ts'
import type { Texts } from '../en.ts'

function name(text: string): Html {
  return html`<strong>${text}</strong>`
}

export const GUEST = {
  title: (app: string) => `Ein Konto für ${app}`,
  lead: (app: string, device: string) =>
    html`Sie verwenden ${name(app)} auf ${name(device)} ohne Konto. Legen Sie eines an, dann behalten Sie alles, was Sie dort haben, auch auf anderen Geräten.`,
  signUp: 'Konto anlegen',
  signIn: 'Ich habe ein Konto',
  signInNote:
    'Wenn Sie sich bei einem Konto anmelden, das Sie schon haben, geht es in der App damit weiter. Was Sie ohne Konto getan haben, zieht nicht dorthin um.',
  onlyIf: 'Machen Sie nur weiter, wenn das Ihr eigenes Gerät ist und Sie die App gerade selbst geöffnet haben.',
} satisfies Texts['guest']
