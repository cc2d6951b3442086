// Texts about joining the people of an application, in German.
import type { Texts } from '../en.ts'

export const JOIN = {
  title: (app) => `Bei ${app} mitarbeiten?`,
  asks: {
    owner: (by) => `${by} lädt Sie ein, neben anderen Eigentümer dieser Anwendung zu werden.`,
    collaborator: (by) => `${by} lädt Sie ein, an dieser Anwendung mitzuarbeiten.`,
    handedOver: (by) =>
      `${by} übergibt Ihnen diese Anwendung: Sie gehört dann Ihnen, und wer sie übergibt, arbeitet weiter mit.`,
  },
  operator: 'Wer diesen Server betreibt,',
  effects: {
    owner: 'Sie ändern alles an ihr, löschen sie und bestimmen, wer mitarbeitet',
    collaborator:
      'Sie ändern sie, geben ihr Secrets und beantragen APIs; löschen können Sie sie nicht, und wer mitarbeitet, bestimmen andere',
    developer:
      'Dafür müssen Sie hier Entwickler sein; wenn Sie es noch nicht sind, werden Sie es dort, wo das allen offensteht oder die Administration einlädt',
    seen: 'Die anderen, die mitarbeiten, sehen Ihren Namen und Ihre E-Mail-Adresse',
  },
  button: (app) => `Bei ${app} mitarbeiten`,
  joinedTitle: (app) => `Sie arbeiten jetzt an ${app} mit`,
  joined: 'Sie finden sie unter Ihren Anwendungen.',
  waiting:
    'Sie sind hier noch kein Entwickler. Bitten Sie, wer diesen Server betreibt, Sie dazu zu machen; danach finden Sie sie unter Ihren Anwendungen.',
  overTitle: 'Diese Einladung gilt nicht Ihnen oder nicht mehr',
  over: 'Sie wurde schon angenommen oder zurückgezogen, ist älter als drei Tage oder ging an eine E-Mail-Adresse, die nicht zu diesem Konto gehört.',
  overNext:
    'Wenn sie an eine andere Adresse von Ihnen ging, fügen Sie diese zu diesem Konto hinzu, oder melden Sie sich mit dem Konto an, das sie hat; öffnen Sie dann den Link noch einmal.',
} satisfies Texts['join']
