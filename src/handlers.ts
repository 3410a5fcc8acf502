/**
 * For those who write handlers: classes whose methods are handlers, errors kept inside, values that are
 * looked up once.
 *
 * @module tradewire/handlers
 */

export {}
