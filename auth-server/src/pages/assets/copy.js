// Copy buttons: each puts the codes that stand beside it into the clipboard, a line each, and says so. The buttons stay hidden
// where the browser has no clipboard for us, as without script: what they would copy is a tap to select.

for (const part of document.querySelectorAll('[data-copy]')) {
  const button = part.querySelector('button')
  const told = part.querySelector('[role=status]')
  if (!button || !told || !navigator.clipboard) continue
  button.hidden = false
  button.addEventListener('click', async () => {
    const lines = [...part.querySelectorAll('code')].map(({ textContent }) => textContent)
    told.textContent = ''
    // A browser may refuse it; then it says nothing, and the text is still there.
    await navigator.clipboard.writeText(lines.join('\n')).then(
      () => {
        told.textContent = button.dataset.copied ?? ''
      },
      () => {},
    )
  })
}
