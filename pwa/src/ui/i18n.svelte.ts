/**
 * Words of the screens in English and Spanish.
 *
 * Each face has `messages.en.ts`, an object of strings and functions, and `messages.es.ts`, which ends in
 * `satisfies Messages`: a missing word or a wrong argument fails the build. `words({ en, es })` gives an object that
 * always answers in the language of the moment, and makes Svelte redraw when the language changes.
 */
export type Language = 'en' | 'es'

const KEPT_AS = 'curbstop.language'

function first(): Language {
  const kept = globalThis.localStorage?.getItem(KEPT_AS)
  if (kept === 'en' || kept === 'es') return kept
  return globalThis.navigator?.language?.startsWith('es') ? 'es' : 'en'
}

class LanguageChoice {
  #current = $state<Language>(first())

  get current(): Language {
    return this.#current
  }

  /** Language for `Intl`: months, weekdays and numbers. Times run to 12 on both. */
  get locale(): string {
    return this.#current === 'es' ? 'es-US' : 'en-US'
  }

  choose(language: Language): void {
    this.#current = language
    globalThis.localStorage?.setItem(KEPT_AS, language)
    globalThis.document?.documentElement.setAttribute('lang', language)
  }
}

export const language = new LanguageChoice()

type Said<M> = { [K in keyof M]: M[K] extends string ? string : M[K] }

/** Widens the texts of `en` so that `es` may say the same in other words. */
export type MessagesOf<M> = Said<M>

export function words<M extends object>(tables: { en: M; es: Said<M> }): Said<M> {
  return new Proxy(tables.en, {
    get: (_target, name) => Reflect.get(tables[language.current], name) as unknown,
  }) as Said<M>
}

/** The text of a pair of fields that the server sends in both languages: `both(rule, 'fact')` reads fact_en or fact_es. */
export function both<N extends string>(value: { [K in `${N}_en` | `${N}_es`]: string | null }, name: N): string {
  const texts = value as Record<string, string | null>
  return texts[`${name}_${language.current}`] ?? ''
}

/** "1 stop", "2 stops": picks by the plural rules of the language. */
export function count(n: number, one: string, many: string): string {
  return `${n} ${new Intl.PluralRules(language.locale).select(n) === 'one' ? one : many}`
}
