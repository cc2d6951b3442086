// What people say of themselves, in English: the fields of the profile, and what apps ask to see of them.
export const CLAIMS = {
  /** As the page of consent lists them. */
  toSee: {
    name: 'See your name',
    given_name: 'See your given name',
    middle_name: 'See your middle name',
    family_name: 'See your family name',
    nickname: 'See your nickname',
    preferred_username: 'See the username that you prefer',
    birthdate: 'See your date of birth',
    gender: 'See your gender',
    zoneinfo: 'See your time zone',
    locale: 'See your language',
    website: 'See your website',
    profile: 'See the address of your profile page',
    picture: 'See your picture',
    updated_at: 'See when your profile last changed',
    email: 'See your e-mail address',
    email_verified: 'See whether your e-mail address is confirmed',
    phone_number: 'See your phone number',
    phone_number_verified: 'See whether your phone number is confirmed',
    address: 'See your postal address',
  },
  /** Fields. */
  labels: {
    given_name: 'Given name',
    middle_name: 'Middle name',
    family_name: 'Family name',
    nickname: 'Nickname',
    preferred_username: 'Username that you prefer',
    birthdate: 'Date of birth',
    gender: 'Gender',
    zoneinfo: 'Time zone',
    website: 'Website',
    profile: 'Profile page',
    picture: 'Picture',
    phone_number: 'Phone number',
    'address.street_address': 'Street and number',
    'address.postal_code': 'Postal code',
    'address.locality': 'Town',
    'address.region': 'State or region',
    'address.country': 'Country',
  },
  hints: {
    phone: 'With + and the country’s number, like +44 20 7946 0958.',
    url: 'An address that begins with https://.',
  },
  /** No answer yet, of a list. */
  notChosen: 'Not chosen',
  /** What is wrong with a field, by its kind. */
  problems: {
    line: (label: string, max: number) => `${label}: write one line, with at most ${max} characters.`,
    lines: (label: string, max: number) => `${label}: write at most 4 lines and ${max} characters.`,
    url: (label: string) => `${label}: write an address that begins with https:// or http://.`,
    date: (label: string) => `${label}: write a day that has been, like 1990-12-31.`,
    zone: (label: string) => `${label}: choose one of the list.`,
    country: (label: string) => `${label}: choose one of the list.`,
    phone: (label: string) => `${label}: begin with + and the country’s number, like +44 20 7946 0958.`,
  },
  /** Of the profile's page. */
  groups: {
    names: { key: 'Names in full', title: 'What are your names?' },
    person: { key: 'About you', title: 'What else do you say of yourself?' },
    links: { key: 'On the web', title: 'Where are you on the web?' },
    phone: { key: 'Phone number', title: 'What is your phone number?' },
    address: { key: 'Postal address', title: 'What is your postal address?' },
  },
  whoSees:
    'Apps see it if you allow them to. Apps that this service trusts see your profile without asking, but not your address or phone number. Every field can stay empty.',
  unproven: 'Not confirmed: apps are told so.',
}
