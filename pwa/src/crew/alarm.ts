/** Sound and vibration of a recall: again and again until it is answered. Calls back to be quiet. */
export function sound(): () => void {
  let context: AudioContext | null = null
  const beep = (): void => {
    navigator.vibrate?.([400, 150, 400, 150, 700])
    try {
      context ??= new AudioContext()
      const start = context.currentTime
      for (const [index, pitch] of [880, 660, 880].entries()) {
        const tone = context.createOscillator()
        const volume = context.createGain()
        tone.type = 'square'
        tone.frequency.value = pitch
        volume.gain.value = 0.25
        tone.connect(volume).connect(context.destination)
        tone.start(start + index * 0.28)
        tone.stop(start + index * 0.28 + 0.22)
      }
    } catch (fault) {
      // A tablet without sound still shows and shakes.
      console.warn(fault)
    }
  }
  beep()
  const again = setInterval(beep, 2500)
  return () => {
    clearInterval(again)
    navigator.vibrate?.(0)
    void context?.close()
  }
}
