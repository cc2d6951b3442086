// Follows a trial: while its page waits for another tab, it is asked for again, and what has changed is put in its place.
// What comes is our own page, parsed and never run. After ten minutes, or when nothing is awaited any more, it stops.

const PAUSE_MILLIS = 1000
const MAX_ROUNDS = 600
const SELECTOR = '[data-live]'

const isWaiting = () => document.querySelector(`${SELECTOR}[data-waiting]`) !== null

async function pageNow() {
  const response = await fetch(location.href, { credentials: 'same-origin', redirect: 'error' })
  if (!response.ok) throw new Error(`status ${response.status}`)
  return new DOMParser().parseFromString(await response.text(), 'text/html').querySelector(SELECTOR)
}

/** A pause, or until the person is back: most of the time another tab is in front, and a browser lets this one sleep. */
function pause() {
  return new Promise((resolve) => {
    setTimeout(resolve, PAUSE_MILLIS)
    document.addEventListener('visibilitychange', resolve, { once: true })
  })
}

async function follow() {
  for (let round = 0; round < MAX_ROUNDS && isWaiting(); round++) {
    await pause()
    const next = await pageNow().catch(() => null)
    const shown = document.querySelector(SELECTOR)
    if (next && shown && next.getAttribute('data-live') !== shown.getAttribute('data-live')) {
      shown.replaceWith(document.adoptNode(next))
      const state = document.querySelector('[data-state]')
      if (state instanceof HTMLElement) state.focus()
    }
  }
}

follow()
