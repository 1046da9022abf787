/** Lets timers and signals run when the thread has been busy for a while. */
export const breather = (): (() => Promise<void>) => {
  let last = performance.now()
  return async () => {
    if (performance.now() - last < 50) return
    await new Promise((resume) => setTimeout(resume, 0))
    last = performance.now()
  }
}
