/** What a comparison with the office found, in plain sentences. */
import type { Comparison, Finding } from '../offline/compare'
import { words } from '../ui/i18n.svelte'

const en = {
  agree: (n: number, checked: number) =>
    `Tablet and office agree. ${n} received, ${checked} of them checked word by word.`,
  counts: (here: number, there: number) =>
    `This tablet counts ${here}, the office ${there}. Send again, then call the office.`,
  lost: (receipt: number, deed: string) => `Receipt ${receipt}, ${deed}: the office gave it and no longer has it.`,
  strange: (receipt: number) => `Receipt ${receipt}: the office has something that was not recorded on this tablet.`,
  differs: (receipt: number, deed: string) =>
    `Receipt ${receipt}, ${deed}: the office has it otherwise than this tablet.`,
  gap: (receipt: number) => `Receipt ${receipt} is missing at the office.`,
  end: (receipt: number) => `The office's list ends otherwise than it says (receipt ${receipt}).`,
  tell: 'Nothing on this tablet is lost. Leave it as it is and call the office.',
  more: (n: number) => `and ${n} more`,
}
const es: typeof en = {
  agree: (n, checked) => `La tableta y la oficina coinciden. ${n} recibidas, ${checked} revisadas palabra por palabra.`,
  counts: (here, there) => `Esta tableta cuenta ${here}, la oficina ${there}. Envíe otra vez y llame a la oficina.`,
  lost: (receipt, deed) => `Recibo ${receipt}, ${deed}: la oficina lo dio y ya no lo tiene.`,
  strange: (receipt) => `Recibo ${receipt}: la oficina tiene algo que no se registró en esta tableta.`,
  differs: (receipt, deed) => `Recibo ${receipt}, ${deed}: la oficina lo tiene distinto que esta tableta.`,
  gap: (receipt) => `Falta el recibo ${receipt} en la oficina.`,
  end: (receipt) => `La lista de la oficina termina distinto de lo que dice (recibo ${receipt}).`,
  tell: 'En esta tableta no se perdió nada. Déjela como está y llame a la oficina.',
  more: (n) => `y ${n} más`,
}
const t = words({ en, es })
const MOST = 5

/** The sentences of a comparison, the gravest first; `deedOf` names an operation by its number ("Reading, 10:42"). */
export function told(found: Comparison, deedOf: (seq: number) => string): string[] {
  const lines = found.findings.slice(0, MOST).map((one) => sentence(one, deedOf))
  if (found.findings.length > MOST) lines.push(t.more(found.findings.length - MOST))
  if (found.here !== found.there) lines.push(t.counts(found.here, found.there))
  if (found.findings.length > 0) lines.push(t.tell)
  return lines.length > 0 ? lines : [t.agree(found.there, found.checked)]
}

function sentence(one: Finding, deedOf: (seq: number) => string): string {
  if (one.what === 'lost' || one.what === 'differs') return t[one.what](one.receipt, deedOf(one.seq))
  return t[one.what](one.receipt)
}
