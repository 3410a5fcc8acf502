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
