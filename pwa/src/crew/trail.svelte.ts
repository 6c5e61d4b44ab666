/** Where the technician is in the app. Kept in the address, so that the device's back button and a restart work. */
export type Tab = 'today' | 'map' | 'send' | 'help'

const TABS: readonly Tab[] = ['today', 'map', 'send', 'help']

class Trail {
  tab = $state<Tab>('today')
  orderId = $state<number | null>(null)

  constructor() {
    this.#read()
    addEventListener('hashchange', () => this.#read())
  }

  open(orderId: number): void {
    location.hash = `order-${orderId}`
  }

  go(tab: Tab): void {
    location.hash = tab
  }

  #read(): void {
    const place = location.hash.slice(1)
    const order = /^order-(\d+)$/.exec(place)
    this.orderId = order ? Number(order[1]) : null
    const tab = TABS.find((name) => name === place)
    if (tab !== undefined) this.tab = tab
    scrollTo(0, 0)
  }
}

export const trail = new Trail()
