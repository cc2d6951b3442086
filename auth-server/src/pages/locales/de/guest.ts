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
  signInNote: (app: string) =>
    html`Wenn Sie sich bei einem Konto anmelden, das Sie schon haben, gehört dieses Gerät von da an dazu. ${name(app)} erfährt es und kann dorthin übernehmen, was Sie ohne Konto getan haben; was im Konto schon da ist, bleibt, wie es ist. Das lässt sich nicht rückgängig machen.`,
  merges: (device: string) =>
    html`Was Sie auf ${name(device)} ohne Konto getan haben, gehört von nun an zu diesem Konto. Das lässt sich nicht rückgängig machen.`,
  onlyIf: 'Machen Sie nur weiter, wenn das Ihr eigenes Gerät ist und Sie die App gerade selbst geöffnet haben.',
} satisfies Texts['guest']
