/** What can be an item of one {@link Chain} at a time. */
export interface Linked<Self> {
  previous: Self | undefined
  next: Self | undefined
}

/** A doubly linked list: every change costs the same, wherever it is made and however long it is. */
export class Chain<Item extends Linked<Item>> {
  first: Item | undefined = undefined
  last: Item | undefined = undefined
  size = 0

  append(item: Item): void {
    item.previous = this.last
    item.next = undefined
    if (this.last === undefined) this.first = item
    else this.last.next = item
    this.last = item
    this.size += 1
  }

  /** Puts `item` in front of `successor`, or at the end if that is undefined. */
  insertBefore(item: Item, successor: Item | undefined): void {
    if (successor === undefined) {
      this.append(item)
      return
    }
    item.previous = successor.previous
    item.next = successor
    if (successor.previous === undefined) this.first = item
    else successor.previous.next = item
    successor.previous = item
    this.size += 1
  }

  /** Takes out an item that is in this chain. */
  remove(item: Item): void {
    if (item.previous === undefined) this.first = item.next
    else item.previous.next = item.next
    if (item.next === undefined) this.last = item.previous
    else item.next.previous = item.previous
    item.previous = undefined
    item.next = undefined
    this.size -= 1
  }
}
