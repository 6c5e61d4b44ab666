import { readFileSync } from 'node:fs'
import { latest, validateStyleMin } from '@maplibre/maplibre-gl-style-spec'
import { describe, expect, it } from 'vitest'
import { TILE_LAYERS, baseStyle, type Ground } from './style'

const CSS = readFileSync('src/ui/tokens.css', 'utf8')

/** The tokens of one block of the style sheet, over those of `:root`. */
function tokens(block: RegExp): (name: string) => string {
  const found = new Map<string, string>()
  for (const [, selector, body] of CSS.matchAll(/([^{}]+)\{([^{}]*)\}/g)) {
    if (!selector?.includes(':root') && !block.test(selector ?? '')) continue
    if (selector?.includes(':root') && /\[data-/.test(selector) && !block.test(selector)) continue
    for (const [, name, value] of (body ?? '').matchAll(/(--[\w-]+):\s*([^;]+);/g)) {
      if (name && value) found.set(name, value.trim())
    }
  }
  return (name) => {
    const value = found.get(name)
    if (value === undefined) throw new Error(`no token ${name}`)
    return value
  }
}

describe('the ground of every map', () => {
  for (const mode of ['light', 'dark', 'sun']) {
    for (const ground of ['street', 'land'] as Ground[]) {
      for (const big of [false, true]) {
        it(`is a style that the map can draw: ${mode}, ${ground}${big ? ', big' : ''}`, () => {
          const look = { ground, layers: TILE_LAYERS, url: 'pmtiles://district', big }
          const style = baseStyle(tokens(new RegExp(`\\[data-theme='${mode}'`)), look)
          expect(style.layers.length).toBeGreaterThan(10)
          expect(validateStyleMin(style as never, latest as never).map((one) => one.message)).toEqual([])
        })
      }
    }
  }
})
