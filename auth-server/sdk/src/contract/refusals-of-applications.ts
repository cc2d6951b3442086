// Why what somebody says of an application is refused, by reason: the sentences of refusals.ts that are about its definition.

/** What a sentence is about. */
export type Fact = string | number

export const OF_APPLICATIONS = {
  android_or_apple: 'Name the app on Android, on Apple devices, or on both.',
  not_on_phones: (client: Fact, kind: Fact) =>
    `${client} runs on no phone: it was registered as ${kind}, not as native.`,
  client_id_in_link:
    'Its client ID would have to stand in a link, where it means another place. Register the app under another one.',
  digest_without_package: 'The digest of a certificate goes with an Android package.',
  android_package: 'An Android package is the applicationId of the app, like com.example.shop.',
  android_digests: 'An Android package needs the SHA-256 digest of each certificate that the app is signed with.',
  too_many_digests: (most: Fact) => `An app has ${most} certificates at most.`,
  apple_team_and_bundle: 'An Apple app is named by its team and its bundle, both.',
  apple_team: 'An Apple team ID has ten capital letters and digits, like ABCDE12345.',
  apple_bundle: 'An Apple bundle ID is written out, without a wildcard, like com.example.shop.',
  digest_sha1: 'That is a SHA-1 digest; take the one that is named SHA-256.',
  digest:
    'The digest of a certificate is its SHA-256: 64 hexadecimal digits, with or without colons, or 32 bytes in base64.',
  client_id: 'A client ID has 1 to 128 of A-Z a-z 0-9 . _ ~ -, and does not begin with usr_.',
  client_id_reserved: (client: Fact) => `The client ID ${client} is the server's own: take another.`,
  too_many_redirect_uris: (most: Fact) =>
    `An application has ${most} redirect URIs at most, and as many for after a logout.`,
  address_long: (most: Fact) => `An address of an application has ${most} characters at most.`,
  acr_values: (most: Fact, length: Fact) =>
    `An application asks for ${most} classes of sign-in at most, of 1 to ${length} characters.`,
  secret_in_public: 'An app on a device or in a page keeps no secret: use none, or private_key_jwt.',
  secret_hash: 'The SHA-256 of a secret has 43 characters of base64url.',
  secret_method: 'A secret goes with client_secret_basic and client_secret_post, and with nothing else.',
  secret_short: 'A client secret is random and has 32 characters at least.',
  no_jwks: 'private_key_jwt needs public keys in jwks.',
  client_credentials: 'client_credentials is for clients that authenticate.',
  refresh_lifetime: 'A lifetime of refresh tokens is 60 seconds to ten years.',
  signing_alg: (algorithms: Fact) => `Tokens are signed with one of ${algorithms}.`,
  pkce_needed: 'A public client uses PKCE.',
  own_link: (issuer: Fact, link: Fact) =>
    `At ${issuer} the only redirect URI of an app is ${link}, once its Android package or Apple bundle is on record here.`,
  api_deprecated: (api: Fact) => `${api} is deprecated: it takes no new subscriptions.`,
  logo_detail: 'This image has more detail than a logo: take a simpler or smaller one.',
  no_application: (client: Fact) => `There is no application ${client}.`,
  phone_files_full: 'With it the files that phones read would be longer than 128 KiB, which Apple takes.',
  no_api: (api: Fact) => `There is no API ${api}.`,
  no_plan: (api: Fact, plan: Fact, plans: Fact) => `${api} has no plan ${plan}. It has ${plans}.`,
  no_scope: (api: Fact, strange: Fact, known: Fact) => `${api} has no scope ${strange}. It has ${known}.`,
  no_redirect_uri:
    'This application signs people in and has no redirect URI: add one to its redirect_uris first, or take authorization_code out of its grant_types.',
  last_redirect_uri:
    'This is the last redirect URI of an application that signs people in at an API: add another one first, end its subscriptions, or take authorization_code out of its grant_types.',
  redirect_long: 'A redirect URI has to be shorter than 2000 characters.',
  redirect_characters: 'A redirect URI holds only the ASCII characters of RFC 3986.',
  redirect_fragment: 'A redirect URI has no fragment (RFC 6749 §3.1.2).',
  redirect_wildcard: 'Wildcards are not supported: register each redirect URI in full.',
  redirect_answer: (parameter: Fact) =>
    `A redirect URI has no ${parameter} in its query: the answer has its own, and apps would read two of them.`,
  redirect_http_native: 'Plain http is for native apps on a loopback address only; use https.',
  redirect_http_loopback:
    'Plain http needs a loopback IP, http://127.0.0.1/callback or http://[::1]/callback; anything else is https.',
  redirect_port: 'Register the loopback address without a port; any port will match (RFC 8252 §7.3).',
  redirect_scheme_native: 'Private-use schemes are for native apps; use https.',
  redirect_scheme:
    'A private-use scheme is a reversed domain name and a path, such as com.example.app:/callback (RFC 8252 §7.1).',
  redirect_url: 'The redirect URI is not a URL.',
  redirect_user: 'A redirect URI carries no user information.',
  redirect_normal: (normal: Fact) => `Write the redirect URI in its normal form: ${normal}`,
  redirect_dot: 'Write the host without the dot at its end.',
  redirect_address: 'This address is none that a browser can be sent to: use a host name.',
  logout_uri: 'A back-channel logout URI is an absolute URL without fragment.',
  logout_uri_user: 'A back-channel logout URI carries no user information.',
  logout_uri_https: 'A back-channel logout URI is https; plain http is for tries on a loopback address.',
  name: 'A name has 1 to 80 visible characters.',
  name_invisible: 'A name holds nothing that cannot be seen, and no pile of accents.',
  colour: 'A colour has six hexadecimal digits, like #1b56d6.',
  links_https: 'Privacy policy and terms are https addresses, written out in full.',
  support_contact: 'A support contact is an e-mail address, or an https address.',
  scheme_taken: 'Another application uses this private-use scheme: make one of a domain name of your own.',
  logo: 'A logo is an image in PNG, JPEG or WebP, of at most 1 MB and 4096 by 4096 pixels.',
  sign_in: (problem: Fact) => `${problem}`,
  scheme_held: (client: Fact, scheme: Fact) =>
    `The application ${client} has the private-use scheme ${scheme}: make one of a domain name of your own.`,
  scheme_held_by_file: (client: Fact, scheme: Fact) =>
    `The application ${client} has the private-use scheme ${scheme}: make one of a domain name of your own; or, if ${client} is not in the file any more, import it with --prune, which removes that first.`,
  portal_name_taken: (client: Fact, api: Fact, taken: Fact) =>
    `The client ID ${client} and the API ${api} are the server's own, but there is another ${taken} of that name: rename it in the database (docs/operations.md, Upgrades).`,
  portal_client_taken: (client: Fact) =>
    `The client ID ${client} is the server's own, but the catalogue file has an application of it: give that another one.`,
  keys_shape: 'jwks is an object whose member keys holds 20 public keys at most.',
  keys_member: 'Each member of keys is a JWK.',
  keys_private: 'jwks holds public keys only; keep the private ones.',
  keys_shared: 'jwks holds public keys only; a shared key is none.',
  keys_text: 'The members of a key are strings of printable ASCII.',
  keys_size: 'An RSA key of jwks has 2048 to 4096 bits, and an exponent of four bytes at most.',
  keys_unreadable: 'A key of jwks cannot be read.',
  keys_none:
    'private_key_jwt needs a key for signatures in jwks: EC P-256 or P-384, Ed25519, or RSA, of the algorithm named.',
  keys_kid: 'Each key of a jwks with several keys has a kid of its own.',
} as const
