/**
 * For the tests of strategies and handlers: a bus on simulated time that remembers what it carried.
 *
 * @module tradewire/testing
 */

export {}
