import { type Dataset, decodeDigits } from 'thermograd/datasets'
import url from 'thermograd/datasets/digits.csv.gz?url'

/** Fetches the digits, a file that is served with the page. */
export async function fetchDigits(): Promise<Dataset> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`the digits cannot be fetched: ${response.status} ${response.statusText}`)
  return decodeDigits(new Uint8Array(await response.arrayBuffer()))
}
