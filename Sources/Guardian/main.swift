import Glibc

// supervise-guardian PROGRAM WORD...: what `supervise up` becomes. WORD... are the program's words, its own name first.
let words = CommandLine.arguments.dropFirst()
guard let program = words.first, words.count > 1 else { exit(2) }
Guardian.run(program, Array(words.dropFirst()))
