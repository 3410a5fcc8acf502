/** Where handlers leave what they saw, so that no work of theirs can be optimised away. */
export class Sink {
  calls = 0
  /** Begins with a fraction, so that it is a floating-point number from the first call on. */
  sum = 0.5

  add(value: number): void {
    this.calls += 1
    this.sum += value
  }

  reset(): void {
    this.calls = 0
    this.sum = 0.5
  }
}
