/** What is used of jstat, which ships no types. */
declare module 'jstat' {
  const jStat: {
    readonly studentt: {
      /** P(T ≤ x) for Student's t distribution with this many degrees of freedom. */
      cdf(x: number, degreesOfFreedom: number): number
    }
  }
  export default jStat
}
