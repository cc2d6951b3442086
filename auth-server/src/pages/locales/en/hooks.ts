// Texts of what hooks refuse, in English; the reason is the hook's own sentence, where it has one.
export const HOOKS = {
  signInTitle: 'You cannot sign in here',
  signUpTitle: 'No account was made',
  refused: 'Whoever runs this service does not allow it. Ask them.',
  noAccount: 'Nothing of what you have entered was kept.',
}
