// The texts of “Try it” in German.
import { type Html, html } from '../../html.ts'
import type { TRIAL as EN } from '../en/trial.ts'

function code(text: string): Html {
  return html`<code>${text}</code>`
}

export const TRIAL = {
  title: 'Ausprobieren',
  lead: (app: string) =>
    html`Meldet Sie so an, wie <strong>${app}</strong> es auf einem Telefon tut, und zeigt, was über die Leitung geht. Die Anmeldeseiten sind die echten, die Tokens auch: Sie melden sich als Sie selbst an, und was die API tut, das tut sie.`,
  phone: 'Die App auf einem Telefon',
  wire: 'Die Leitung',
  steps: {
    prepare: 'Vorbereiten',
    signIn: 'Anmelden',
    tokens: 'Tokens holen',
    call: 'API aufrufen',
  },
  state: {
    none: 'In der App ist niemand angemeldet.',
    prepared: 'Die App hat ihre Geheimnisse gewürfelt. Jetzt öffnet sie den Browser.',
    asked: 'Die App wartet. Melden Sie sich im anderen Tab an und kommen Sie dann hierher zurück.',
    failed: 'Die App hat keine Tokens bekommen. Was zurückkam, steht auf der Leitung.',
    called: (status: number) => html`Die API hat mit ${code(String(status))} geantwortet`,
    notCalled: 'Der Aufruf bekam keine Antwort',
    left: (count: string) => `noch ${count} Aufrufe`,
    signedIn: (sub: string) => html`Angemeldet. Die App kennt Sie als ${code(sub)}`,
  },
  seeWire: 'Auf der Leitung ansehen',
  begin: 'Anmeldung ausprobieren',
  again: 'Neu beginnen',
  open: 'Anmeldeseiten öffnen',
  openAgain: 'Noch einmal öffnen',
  inNewTab: 'In einem eigenen Tab',
  end: 'Versuch beenden',
  path: 'Pfad unterhalb der API',
  callButton: 'Aufrufen',
  minutes: (count: number) =>
    count === 1
      ? 'Der Versuch endet in einer Minute, und seine Tokens mit ihm.'
      : `Der Versuch endet in ${count} Minuten, und seine Tokens mit ihm.`,
  withoutScript: 'Ohne Skript folgt diese Seite nicht von selbst: Laden Sie sie nach jedem Schritt neu.',
  nothingYet: 'Noch wurde nichts gesendet. Was die App sendet und was sie als Antwort bekommt, erscheint hier.',
  notPlayable: 'Diese Anwendung meldet niemanden an, sie ruft für sich selbst auf. Hier gibt es nichts auszuprobieren.',
  notApproved:
    'Diese Anwendung hat kein genehmigtes Abonnement einer API, darum kann sich noch niemand bei ihr anmelden. Sobald eines genehmigt ist, können Sie sie hier ausprobieren.',
  problems: {
    path: 'Das ist kein Pfad unterhalb der API. Schreiben Sie ihn wie /orders?page=2, ohne „..“ und ohne anderen Host.',
    gone: 'Der Versuch ist beendet. Beginnen Sie einen neuen.',
    tooManyCalls: 'Dieser Versuch hat so oft aufgerufen, wie er darf. Beginnen Sie einen neuen.',
  },
  done: {
    title: 'Zurück in der App',
    lead: 'Auf einem Telefon wäre jetzt die App vor Ihnen. Gehen Sie zurück zum Tab mit dem Versuch: Dort geht es weiter.',
    link: 'Oder hier weitermachen',
    lost: 'Darauf wartet kein Versuch',
    lostLead:
      'Die Antwort gehört zu einem Versuch, der beendet ist, der schon beantwortet war oder der in einem anderen Browser begonnen hat. Es ist nichts geschehen.',
  },
  ask: {
    title: 'Die App bittet um eine Anmeldung',
    lead: 'Sie öffnet diese Adresse im Browser des Telefons, nie in einer eigenen Web-Ansicht.',
    parameters: {
      response_type:
        'Zurück kommt ein Code und kein Token: Wer auf dem Telefon die Antwort mitliest, kann damit nichts anfangen.',
      client_id: 'Welche App bittet. Öffentlich und kein Geheimnis.',
      redirect_uri:
        'Wohin die Antwort geht. In diesem Versuch ist es eine Seite dieses Servers, allein in Ihrem Browser.',
      scope: 'Was die App tun möchte, und openid für ein ID-Token.',
      resource: 'Für welche API das Token ist. Keine andere nimmt es an.',
      state:
        'Für diese Anmeldung gewürfelt. Die Antwort muss es zurückbringen, damit niemand eine andere unterschiebt.',
      nonce: 'Ebenfalls gewürfelt; es steht im ID-Token, das damit nur für diese Anmeldung gilt.',
      code_challenge: 'Der SHA-256 eines Geheimnisses, das in der App bleibt (PKCE).',
      code_challenge_method: 'Wie die Challenge entsteht: SHA-256, nur das zählt hier.',
    },
    pushed:
      'Diese Anwendung muss die Parameter zuerst an den Server schicken (PAR) und öffnet den Browser nur mit einer ' +
      'request_uri. Der Versuch lässt das weg, weil nur dieser Server ihn begonnen haben kann.',
    elsewhere: (uri: string) => html`Die App selbst bekommt ihre Antwort unter ${code(uri)}`,
  },
  waits: {
    title: 'Sie melden sich an',
    lead: 'Nur zwischen dem Browser und diesem Server. Die App sieht davon nichts, auch kein Passwort.',
  },
  back: {
    title: 'Die Antwort kommt zurück',
    lead: 'Der Browser wird zur Redirect-URI geschickt. Das öffnet die App.',
    parameters: {
      code: 'Gilt einmal, eine Minute lang und für niemanden ohne das Geheimnis hinter der Challenge.',
      state: 'Dasselbe wie gesendet: Die App macht weiter. Sonst müsste sie hier aufhören.',
      iss: 'Welcher Server antwortet. Die App vergleicht ihn mit dem, den sie gefragt hat.',
      error: 'Warum kein Code kommt.',
      error_description: 'Dasselbe in Worten, für Entwickler.',
    },
    otherIssuer: 'Hier steht ein anderer Server: Eine App muss an dieser Stelle aufhören.',
  },
  redeem: {
    title: 'Die App löst den Code ein',
    lead: 'Direkt von der App zum Server, am Browser vorbei.',
    parameters: {
      grant_type: 'Was gegen Tokens geboten wird: ein Code.',
      code: 'Der, der zurückkam.',
      redirect_uri: 'Dieselbe Adresse wie vorher.',
      client_id: 'Noch einmal die App.',
      code_verifier:
        'Das Geheimnis hinter der Challenge. Sein SHA-256 ist die code_challenge: Also ist es dieselbe App.',
    },
    secret:
      'Diese Anwendung weist sich außerdem mit einem Geheimnis oder Schlüssel aus. Dieser Server kennt ihn nicht, darum fehlt er im Versuch.',
    bound:
      'Die Tokens dieser Anwendung sind an einen Schlüssel gebunden (DPoP). Der Versuch hat einen erzeugt und unterschreibt damit jeden Aufruf.',
    answer: 'Die Antwort',
    members: {
      access_token: 'Für die API. Ohne Signatur gezeigt: So ist es zu nichts gut.',
      token_type: 'Wie es gesendet wird.',
      expires_in: 'Wie viele Sekunden es gilt.',
      scope: 'Was Sie der App erlaubt haben.',
      id_token: 'Für die App: wer sich angemeldet hat, und wann. An eine API wird es nie gesendet.',
      refresh_token: 'Holt die nächsten Tokens ohne Anmeldung. Der Versuch kommt ohne aus.',
    },
    leftOut: 'weggelassen',
    problem: 'Keine Tokens',
  },
  decoded: {
    accessToken: 'Das Access-Token, lesbar gemacht',
    accessLead:
      'Das Gateway prüft Signatur, Issuer, Audience, Zeit und Scopes. Diese Seite prüft nichts, sie macht es nur lesbar.',
    idToken: 'Das ID-Token, lesbar gemacht',
    idLead: 'Für die App. Sie prüft, dass iss, aud und nonce die sind, die sie kennt.',
    header: 'Header',
    claims: 'Claims',
  },
  call: {
    title: 'Die App ruft die API auf',
    lead: 'Das Gateway prüft das Token, zählt den Aufruf für diese Person und diese App und sagt dem Backend, wer aufruft.',
    byServer: 'Gesendet von diesem Server, an die Adresse, die der Katalog für die API hat.',
    proofValue: 'ein neues JWT',
    proof: 'Ein Nachweis für diesen einen Aufruf, unterschrieben mit dem Schlüssel, an den das Token gebunden ist.',
    answer: 'Die Antwort',
    quota: 'Das Kontingent',
    quotaLead: 'Ein Zähler je Person und App.',
    received: 'Was das Backend bekommen hat',
    receivedLead: 'Das Backend hat zurückgeschickt, was bei ihm ankam.',
    told: 'Was das Gateway dem Backend sagt',
    toldLead: 'Nach diesem Token. Was ein Client unter diesen Namen sendet, wird entfernt.',
    body: 'Body',
    cut: 'Der Anfang; die Antwort ist länger.',
    notText: 'Die Antwort ist kein Text und wird darum nicht gezeigt.',
    empty: 'Leer',
    problems: {
      forbidden:
        'Dieser Server darf diese Adresse nicht aufrufen: Sie ist weder öffentlich noch vom Betreiber in GATEWAY_ADDRESSES genannt.',
      unreachable: 'Unter dieser Adresse hat niemand geantwortet, oder nicht in HTTP.',
      slow: 'Innerhalb von zehn Sekunden kam keine ganze Antwort.',
    },
  },
} satisfies typeof EN
