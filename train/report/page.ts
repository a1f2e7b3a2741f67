import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import * as drawing from './browser/draw.ts'
import { follow } from './browser/follow.ts'
import { classes } from './classes.ts'
import { comparison } from './comparison.ts'
import type { Unreadable } from './findRuns.ts'
import { Html, html } from './html.ts'
import type { RunRecord } from './runRecord.ts'
import { single } from './single.ts'
import { style } from './style.ts'

/** Contents of a report. */
export interface Shown {
  readonly runs: readonly RunRecord[]
  readonly unreadable: readonly Unreadable[]
}

/** Returns the part of the page that depends on the runs, as HTML. */
export function contents({ runs, unreadable }: Shown): string {
  const readable = html`${comparison(runs)}${classes(runs)}${runs.map(single)}`
  return html`${runs.length > 0 ? readable : undefined}${damages(unreadable)}`.text
}

/** Lists the runs that cannot be read, each with the reason. */
function damages(unreadable: readonly Unreadable[]): Html | undefined {
  if (unreadable.length === 0) return undefined
  return html`<section class="unreadable"><h2>Unreadable runs</h2>
<ul>${unreadable.map(({ name, reason }) => html`<li><b>${name}</b> ${reason}</li>`)}</ul></section>`
}

/** Returns a static, self-contained page, with style, scripts and uPlot inlined. */
export async function reportPage(shown: Shown): Promise<string> {
  const date = new Date().toISOString().slice(0, 16).replace('T', ' ')
  return page(html`<p>Written ${date} UTC</p>`, contents(shown), 'drawAll()')
}

/** Returns a page that polls its server for changes. */
export async function livePage(): Promise<string> {
  return page(html`<p id="connection" role="status">connecting</p>`, '', `${follow}\nfollow(drawAll)`)
}

async function page(note: Html, main: string, start: string): Promise<string> {
  const { resolve } = createRequire(import.meta.url)
  const [code, look] = await Promise.all(
    ['uplot/dist/uPlot.iife.min.js', 'uplot/dist/uPlot.min.css'].map((name) =>
      readFile(resolve(name), 'utf8'),
    ),
  )
  const script = `${Object.values(drawing).join('\n')}
addEventListener('resize', drawAll)
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll)
${start}`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>thermograd: report</title>
<link rel="icon" href="data:,">
<style>${new Html(look + style)}</style>
<script>${new Html(code)}</script>
</head>
<body>
<header><h1>thermograd</h1>${note}</header>
<main>${new Html(main)}</main>
<script>${new Html(script)}</script>
</body>
</html>
`.text
}
