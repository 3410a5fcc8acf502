/** First in, first out, at constant cost: an array that is cut once most of it has been read. */
export class Fifo<Item> {
  #items: (Item | undefined)[] = []
  /** Where the oldest item is; slots before it are undefined. */
  #head = 0

  get size(): number {
    return this.#items.length - this.#head
  }

  /** The oldest item. */
  get first(): Item | undefined {
    return this.#items[this.#head]
  }

  push(item: Item): void {
    this.#items.push(item)
  }

  shift(): Item | undefined {
    if (this.#head === this.#items.length) return undefined
    const item = this.#items[this.#head]
    this.#items[this.#head] = undefined
    this.#head += 1
    if (this.#head === this.#items.length) this.clear()
    else if (this.#head >= 1_024 && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    return item
  }

  clear(): void {
    this.#items = []
    this.#head = 0
  }
}
