/**
 * Simulated crews: `node crew.mjs < input.json` works each crew's published route through the public HTTP API, with the
 * crew app's own outbox, forms and uploader. One JSON line a crew on standard output; progress on standard error.
 * Ends with 1 when a crew could not work, and says why on its line.
 */
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crewDay } from './crew-day'
import { readInput, type Input } from './input'

function read(): Input {
  try {
    return readInput(readFileSync(0, 'utf8'))
  } catch (fault) {
    process.stderr.write(`crew: ${fault instanceof Error ? fault.message : String(fault)}\n`)
    process.exit(2)
  }
}

const input = read()
input.folder = input.folder === '' ? mkdtempSync(join(tmpdir(), 'curbstop-crews-')) : input.folder
mkdirSync(input.folder, { recursive: true })
const say = (text: string): void => void process.stderr.write(`${text}\n`)

const days = input.crews.map(async (who) => {
  try {
    process.stdout.write(`${JSON.stringify(await crewDay(input, who, say))}\n`)
    return true
  } catch (fault) {
    const error = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)
    process.stdout.write(`${JSON.stringify({ login: who.login, error })}\n`)
    return false
  }
})
process.exitCode = (await Promise.all(days)).every(Boolean) ? 0 : 1
