// The texts of the page at `/` in German.
import type { LANDING as EN } from '../en/landing.ts'

export const LANDING = {
  people: {
    lead: 'Über diesen Server melden sich Menschen bei Apps an. In Ihrem Konto sehen Sie, welche Apps für Sie handeln dürfen, und beenden, was Sie nicht mehr möchten.',
    toAccount: 'Ihr Konto',
    hint: 'Um sich bei einer App anzumelden, öffnen Sie die App.',
  },
  development: {
    title: 'Entwicklung',
    allRun: 'Alles läuft',
    someMissing: 'Etwas läuft nicht',
    someMissingHint: 'Das Terminal von npm start sagt, was geendet hat, und startet es wieder.',
    runs: 'Läuft',
    away: 'Antwortet nicht',
    parts: {
      auth: 'Auth-Server',
      gateway: 'Gateway',
      demoApi: 'Demo-API',
      pluginServer: 'Plugin-Server',
      database: 'Datenbank',
    },
    signIn: 'Anmelden',
    signInLead: 'Als die Person der Demo, oder mit einem eigenen Konto, das Sie dabei anlegen.',
    email: 'E-Mail-Adresse',
    password: 'Passwort',
    toAccount: 'Konto öffnen',
    call: 'Die API aufrufen',
    callLead: 'In einem zweiten Terminal, im Ordner des Projekts:',
    commands: {
      demo: 'Spielt die mobile App: Anmeldung, Tokens, Aufrufe bis zum Limit, Erneuerung.',
      browser: 'Dasselbe, und Sie melden sich in Ihrem Browser an.',
      curl: 'Ohne Token kein Zugang: 401.',
      token: 'Mit einem Token der Person der Demo: was das Backend erfährt.',
      setup: 'Macht Sie über einen Link zum Administrator.',
    },
    app: 'Die eigene App einrichten',
    appLead: 'Mehr steht in auth-server/docs/apps.md und phones.md.',
    issuer: 'Issuer',
    clientId: 'Client-ID',
    redirectUris: 'Redirect-URIs',
    api: 'API',
    links: 'Zum Ansehen',
    discovery: 'Discovery: Adressen und Fähigkeiten des Auth-Servers',
    resourceMetadata: 'Metadaten der API: welcher Server Tokens für sie ausstellt',
    keys: 'Die Schlüssel, mit denen Tokens signiert sind',
    management: 'Verwaltungs-API: was Programme des Betreibers tun können',
    mails: 'Mails',
    mailsLead:
      'Keine Mail verlässt diesen Rechner. Ihre Links und Codes stehen im Terminal, die Mails selbst in diesem Ordner:',
    refusals: 'Zuletzt abgelehnt',
    noRefusals: 'Seit dem Start des Auth-Servers wurde nichts abgelehnt.',
    refusalsNote:
      'Was der Auth-Server abgelehnt hat, das Letzte zuerst; was das Gateway ablehnt, sagt es in seiner Antwort.',
  },
} satisfies typeof EN
