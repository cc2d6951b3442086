// Texts about the copy of an account and its end, in English.

export const DELETION = {
  exportLead:
    'One file with everything that is stored about you: your account, your apps, what you allowed, and what happened. Passwords and other secrets are not in it.',
  exportButton: 'Download the file',
  exportNote: 'It is JSON, which people can read and programs as well. Keep it where nobody else reads it.',
  aboutTitle: 'Delete your account',
  aboutLead: 'You can delete your account here, also when you do not have the app any more. This happens:',
  effects: [
    'All apps and browsers are signed out within seconds',
    'Nobody can sign in with your address any more',
    'After 7 days your name, your addresses, your answers and everything else about you are erased for good',
  ],
  kept: 'Until then you can keep the account: the link for that is in the mail that you get.',
  signInToDelete: 'Sign in and delete',
  lostPassword: 'If you do not know your password any more, choose “Forgot your password?” when you sign in.',
  title: 'Delete your account?',
  lead: 'This happens:',
  losesOwner: (app: string) =>
    `${app}: works on, but nobody owns it any more; hand it over before, or an administrator will`,
  losesApp: (app: string) => `${app}: signed out, and may use your account no more`,
  button: 'Delete my account',
  lastAdministratorTitle: 'You are the only administrator',
  lastAdministrator:
    'Without you nobody could administer this server, so your account stays. Whoever runs it has to make somebody else an administrator first, with “npm run role”; then you can delete it.',
  deletedTitle: 'Your account is out of use',
  deleted: 'All apps and browsers are signed out. In 7 days everything about you is erased for good.',
  keepTitle: 'Keep your account?',
  keepLead: 'It is out of use and will be erased. You can go on using it.',
  keep: 'Keep the account',
  keepNote: 'This signs nobody in. Without it, the account is erased as announced.',
  keptTitle: 'Your account stays',
  keptLead:
    'To sign in again, in apps and here, choose a new password by “Forgot your password?”. The old one signs nobody in any more.',
  notYou: 'If it was not you who deleted it, somebody else knows your password: choose a new one.',
  nothingToKeepTitle: 'This link does nothing any more',
  nothingToKeep:
    'It was used already or is older than 7 days, or the account is in use. If you can sign in, all is well.',
  leavingTitle: 'Your account is being deleted',
  leaving:
    'Nobody can sign in with it any more. To keep it, use the link in the mail that you got when it was deleted.',
}
