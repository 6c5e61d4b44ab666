import { words } from './i18n.svelte'

/** Words that desk and board share. */
const en = {
  menu: 'Your menu',
  giveCode: 'Give a shutoff code',
  codeTitle: 'Shutoff code for a crew without signal',
  codeHow: 'The crew reads its order number and the letters on its screen to you. The rules run again now.',
  orderNumber: 'Order number',
  challenge: 'Letters on the tablet',
  crew: 'Crew',
  getCode: 'Run the rules',
  readOut: 'Read out',
  codeEnds: (at: string) => `Good until ${at}, once, on that tablet only`,
  noCode: 'No code. The crew leaves the water on.',
  another: 'Another code',
  photoMissing: 'not here',
  roles: {
    csr: 'Office rep',
    csr_senior: 'Senior office rep',
    dispatcher: 'Dispatcher',
    field_tech: 'Technician',
    crew_lead: 'Crew lead',
    supervisor: 'Supervisor',
    cashier: 'Cashier',
    auditor: 'Auditor',
    admin: 'Administrator',
  } as Record<string, string>,
}

const es: typeof en = {
  menu: 'Su menú',
  giveCode: 'Dar un código de corte',
  codeTitle: 'Código de corte para una cuadrilla sin señal',
  codeHow: 'La cuadrilla le lee su número de orden y las letras de su pantalla. Las reglas se revisan de nuevo ahora.',
  orderNumber: 'Número de orden',
  challenge: 'Letras de la tableta',
  crew: 'Cuadrilla',
  getCode: 'Revisar las reglas',
  readOut: 'Lea en voz alta',
  codeEnds: (at: string) => `Vale hasta las ${at}, una vez, solo en esa tableta`,
  noCode: 'Sin código. La cuadrilla deja el agua abierta.',
  another: 'Otro código',
  photoMissing: 'no está aquí',
  roles: {
    csr: 'Representante',
    csr_senior: 'Representante principal',
    dispatcher: 'Despacho',
    field_tech: 'Técnico',
    crew_lead: 'Jefe de cuadrilla',
    supervisor: 'Supervisión',
    cashier: 'Caja',
    auditor: 'Auditoría',
    admin: 'Administración',
  },
}

export const office = words({ en, es })
