import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { complaintsOf } from './links.ts'

describe('complaintsOf', () => {
  it('sees links that lead nowhere, anchors that are not there, and other hosts', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tradewire-'))
    const page = [
      '<!-- <a href="comment.html"> --><script>"<a href=\'text.html\'>"</script><p id=here>',
      '<a href="b.html#one">fine</a><a href=b.html#two>no anchor</a><a href="#here">fine</a>',
      `<a title="a > b" href='c.html'>no file</a><a href="../out.html">out</a>`,
      '<a href="https://example.org/">fine</a><img src="//example.org/a.png">',
      '<script src="https://example.org/a.js"></script><a href="b.html#&#x6f;ne">fine</a>',
    ]
    writeFileSync(join(folder, 'a.html'), page.join('\n'))
    writeFileSync(join(folder, 'b.html'), '<h1 id="one">One</h1>')
    writeFileSync(join(folder, 'a.css'), "a { background: url('https://example.org/b.png') }")
    expect(complaintsOf(folder)).toEqual([
      "a.css: url('https://example.org/b.png')",
      'a.html: ../out.html leads nowhere',
      'a.html: <img> asks //example.org/a.png',
      'a.html: <script> asks https://example.org/a.js',
      'a.html: b.html#two has no such anchor',
      'a.html: c.html leads nowhere',
    ])
    rmSync(folder, { recursive: true })
  })
})
