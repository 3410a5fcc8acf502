const byKeyFile = 'Give the key with --key-file name=path, or in TRADEWIRE_LOG_KEYS.'

/** What messages of the library say to programs, and what a command line says in its place, in order. */
const phrases: readonly (readonly [RegExp, string])[] = [
  [/Open it without \{ readOnly: true \} to make it\./, 'Give the path of a log.'],
  [/, or open (?:it|the log) with \{ readOnly: true \}\./, '.'],
  [/Give another name, or \{ overwrite: true \}\./, 'Give another name, or --overwrite.'],
  [/skip such lines with \{ onBadLine: 'skip' \}/, 'skip such lines with --skip-bad-lines'],
  [/Open the log with \{ encryption: .+$/, byKeyFile],
  [/: give \{ encryption: \{ keys, current \} \}\.$/, `. ${byKeyFile}`],
  [/Open it with the option encryption\./, byKeyFile],
  [/Give the option encryption[^.]*\./, byKeyFile],
  [/Add it to encryption\.keys\./, byKeyFile],
  [/encryption\.keys\[("(?:[^"\\]|\\.)*")\]/, 'The key $1'],
  [/, or give \{ repair: true \}, to begin anew\./, '.'],
  [/Open the log with (\{ repair: true \})/, 'In a program, open the log with $1'],
  [/See what verify\(\) reports;/, 'See what tradewire log verify reports;'],
]

/** A message of the library in the words of the command line: its options, not those of functions. */
export function inWordsOfOptions(message: string): string {
  return phrases.reduce((text, [phrase, words]) => text.replace(phrase, words), message)
}
