/** Polls the server for changes and replaces the contents of the page, keeping its scroll position. */
export async function follow(redraw: () => void): Promise<void> {
  const main = document.querySelector('main')!
  const status = document.querySelector<HTMLElement>('#connection')!
  let version = ''
  for (;;) {
    try {
      const response = await fetch('runs', { headers: { 'if-none-match': version } })
      if (response.status === 200) {
        version = response.headers.get('etag') ?? ''
        const opened = [...main.querySelectorAll('details[open]')].map(({ id }) => id)
        main.innerHTML = await response.text()
        for (const id of opened) document.getElementById(id)?.setAttribute('open', '')
        redraw()
      }
      status.textContent = response.ok || response.status === 304 ? 'live' : await response.text()
    } catch {
      status.textContent = 'the server has stopped; this is its last state'
    }
    await new Promise((resolve) => setTimeout(resolve, 2000))
  }
}
