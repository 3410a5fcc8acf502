// The button of the header that goes from light to dark and back. What it chooses is what the setting of
// the page chooses, so both always say the same, and the choice is remembered.
{
  const themes = new Set(['light', 'dark'])
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const select = document.getElementById('tsd-theme')
  const shown = () => {
    const { theme } = document.documentElement.dataset
    return themes.has(theme) ? theme : dark.matches ? 'dark' : 'light'
  }
  const button = document.createElement('button')
  button.id = 'theme-button'
  button.className = 'tsd-widget'
  button.innerHTML =
    '<svg width="18" height="18" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" aria-hidden="true"><circle cx="12" cy="12" r="9"/><path d="M12 3a9 9 0 0 1 0 18z" fill="currentColor"/></svg>'
  const tell = () => {
    const next = shown() === 'dark' ? 'light' : 'dark'
    button.setAttribute('aria-label', `Change to the ${next} theme`)
    button.title = `Change to the ${next} theme`
  }
  button.addEventListener('click', () => {
    select.value = shown() === 'dark' ? 'light' : 'dark'
    select.dispatchEvent(new Event('change'))
    tell()
  })
  select.addEventListener('change', tell)
  dark.addEventListener('change', tell)
  document.getElementById('tsd-search-trigger').before(button)
  tell()
}

// The part of the site that the page belongs to is marked in the header.
{
  const base = new URL(document.documentElement.dataset.base, location.href).href
  const part = (href) => href.slice(base.length).split(/[/.]/)[0].replace('modules', 'api')
  for (const link of document.querySelectorAll('#tsd-toolbar-links a')) {
    if (part(link.href) === part(location.href)) link.setAttribute('aria-current', 'true')
  }
}

// A picture that is wider than its frame says so.
{
  const watch = new ResizeObserver((changes) => {
    for (const { target } of changes) {
      const frame = target.parentElement
      frame.classList.toggle('scrolls', frame.scrollWidth > frame.clientWidth + 1)
    }
  })
  // Of the picture and not of its frame, which grows by what it says.
  for (const picture of document.querySelectorAll('.diagram > svg')) watch.observe(picture)
}

// Enter in the search opens what is found first, unless something is chosen. Results come 200 ms after the
// last key, so an Enter that is sooner waits for them.
{
  const field = document.getElementById('tsd-search-input')
  const results = document.getElementById('tsd-search-results')
  const open = () => results.querySelector('a')?.click()
  let typed = 0
  let waiting
  field.addEventListener('input', (event) => {
    typed = event.timeStamp
    clearTimeout(waiting)
  })
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || field.getAttribute('aria-activedescendant')) return
    clearTimeout(waiting)
    waiting = setTimeout(open, Math.max(0, typed + 300 - event.timeStamp))
  })
}

// The menu of a narrow window is opened by a pointer only: here by keyboard, too. Escape closes it.
{
  const trigger = document.getElementById('tsd-toolbar-menu-trigger')
  const drawer = document.querySelector('.col-sidebar')
  const page = document.documentElement
  const isOpen = () => page.classList.contains('has-menu')
  // As the pointer that TypeDoc waits for: a mouse, or a finger where there is one.
  const point = (...types) => {
    for (const type of types) {
      const event = new Event(type, { bubbles: true, cancelable: true })
      trigger.dispatchEvent(Object.assign(event, { targetTouches: [{ pageX: 0, pageY: 0 }] }))
    }
  }
  const close = () => {
    point('mousedown', 'touchstart')
    document.dispatchEvent(new Event('mouseup'))
    document.dispatchEvent(new Event('touchend'))
    trigger.focus()
  }
  const open = () => {
    point('mouseup', 'touchend')
    drawer.querySelector('summary, a').focus()
  }
  trigger.setAttribute('role', 'button')
  trigger.tabIndex = 0
  const tell = () => trigger.setAttribute('aria-expanded', String(isOpen()))
  new MutationObserver(tell).observe(page, { attributeFilter: ['class'] })
  tell()
  trigger.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return
    event.preventDefault()
    if (isOpen()) close()
    else open()
  })
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && isOpen()) close()
  })
}
