// What a page is like to see, touch and reach, read from the page as Chromium laid it out. Runs inside the page.

/**
 * One line per shortcoming; empty when the page keeps every promise below (WCAG 2.2 AA, and targets of 44 px).
 * @param language that the page should be in; English unless told.
 */
export function shortcomingsOf(language: unknown): string[] {
  const found: string[] = []
  const expect = (promise: string, kept: boolean) => void (kept || found.push(promise))
  const all = (selector: string) => [...document.querySelectorAll<HTMLElement>(selector)]
  const called = (element: Element) =>
    `${element.tagName.toLowerCase()} ${element.getAttribute('name') ?? element.textContent?.trim().slice(0, 30)}`

  type Color = readonly [red: number, green: number, blue: number, alpha: number]
  const colorOf = (text: string): Color => {
    const [red = 0, green = 0, blue = 0, alpha = 1] = [...text.matchAll(/[\d.]+/g)].map(Number)
    expect(`a color that this check can read, not ${text}`, /^rgba?\(/.test(text))
    return [red, green, blue, alpha]
  }
  const groundOf = (element: Element | null): Color => {
    if (element === null) return [255, 255, 255, 1]
    const color = colorOf(getComputedStyle(element).backgroundColor)
    return color[3] === 1 ? color : groundOf(element.parentElement)
  }
  // https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
  const luminance = (color: Color): number => {
    const [red = 0, green = 0, blue = 0] = color.slice(0, 3).map((value) => {
      const part = value / 255
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const contrast = (one: Color, other: Color): number => {
    const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
    return (lighter + 0.05) / (darker + 0.05)
  }
  const expectContrast = (what: string, atLeast: number, color: string, ground: Color) => {
    const ratio = contrast(colorOf(color), ground)
    expect(`${what} has a contrast of ${atLeast}, not ${ratio.toFixed(2)}`, ratio >= atLeast)
  }

  expect('the page names its language', document.documentElement.lang === (language ?? 'en'))
  expect('the page has a title', document.title.trim() !== '')
  expect('there is one main landmark and one h1 in it', all('main').length === 1 && all('main h1').length === 1)
  expect('no other h1', all('h1').length === 1)
  const beside = [...document.querySelectorAll('body > .site, body > .site > .side')].flatMap((box) => [
    ...box.childNodes,
  ])
  const outside = [...document.body.childNodes, ...beside].filter(
    (node) =>
      !/^(?:HEADER|MAIN|FOOTER|NAV)$/.test(node.nodeName) &&
      !(node instanceof Element && node.matches('.site, .site > .side')),
  )
  expect(
    'all text is inside a landmark',
    outside.every((node) => (node.textContent ?? '').trim() === ''),
  )
  expect('ids are unique', new Set(all('[id]').map(({ id }) => id)).size === all('[id]').length)
  expect('nothing scrolls sideways', document.documentElement.scrollWidth <= document.documentElement.clientWidth)
  for (const element of all('header *, main *, footer *')) {
    const { left, right, width } = element.getBoundingClientRect()
    expect(`${called(element)} stays on the screen`, width === 0 || (left >= 0 && right <= innerWidth))
    for (const id of (element.getAttribute('aria-describedby') ?? '').split(' ').filter((id) => id !== ''))
      expect(`${called(element)} is described by something that is there`, document.getElementById(id) !== null)
    const ownText = [...element.childNodes].some((node) => node instanceof Text && node.data.trim() !== '')
    if (ownText) expectContrast(called(element), 4.5, getComputedStyle(element).color, groundOf(element))
  }

  // What its script alone shows, such as the button that copies, is looked at where that runs.
  const controls = all('button, a, input:not([type=hidden])').filter((control) => control.checkVisibility())
  for (const control of controls) {
    const isChoice = control instanceof HTMLInputElement && /^(?:radio|checkbox)$/.test(control.type)
    const { width, height } = (isChoice ? (control.closest('label') ?? control) : control).getBoundingClientRect()
    const around = groundOf(control.parentElement)
    expect(`${called(control)} is 44 px in size, not ${width} × ${height}`, width >= 44 && height >= 44)
    if (control instanceof HTMLInputElement) {
      expect(
        `${called(control)} has a visible label`,
        [...(control.labels ?? [])].some((label) => label.checkVisibility() && label.innerText !== ''),
      )
      // HTML §4.10.18.7
      const fills =
        /^(username( webauthn)?|email|((given|additional|family)-)?name|nickname|current-password|new-password|one-time-code|tel|bday|sex|url|photo|street-address|postal-code|address-level[12]|country|off)$/
      expect(
        `${called(control)} says what to fill in`,
        isChoice || control.type === 'file' || fills.test(control.autocomplete),
      )
      expectContrast(`the border of ${called(control)}`, 3, getComputedStyle(control).borderTopColor, around)
      expectContrast(`what is typed into ${called(control)}`, 4.5, getComputedStyle(control).color, groundOf(control))
      expect(`${called(control)} does not make iOS zoom`, Number.parseFloat(getComputedStyle(control).fontSize) >= 16)
    }
    control.focus({ focusVisible: true } as FocusOptions)
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(control)
    expect(`${called(control)} shows the focus`, outlineStyle === 'solid' && Number.parseFloat(outlineWidth) >= 2)
    expectContrast(`the focus ring of ${called(control)}`, 3, outlineColor, around)
  }
  return found
}
