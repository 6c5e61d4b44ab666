import type { Step } from '../../domain/forms'
import type { ShownStop } from '../../domain/route'
import type { Visit } from '../../offline/shapes'

/** What every step screen gets. */
export interface StepProps {
  shown: ShownStop
  visit: Visit
  steps: readonly Step[]
  step: Step
  ondone: () => void
}
