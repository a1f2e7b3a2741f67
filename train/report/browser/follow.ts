/** Asks the server for what has changed, and puts it in the place of what is shown, without moving the page. */
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
      status.textContent = 'the server has gone; this is what it showed last'
    }
    await new Promise((resolve) => setTimeout(resolve, 2000))
  }
}
