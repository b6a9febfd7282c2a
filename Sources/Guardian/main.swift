import Glibc

// supervise-guardian PROGRAM WORD...: what `supervise up` becomes. WORD... are the program's words, its own name first.
// Without words it says by its exit code whether it could go on where another guardian is.
guard CommandLine.argc > 2 else { exit(GuardianState.inherited == nil ? 2 : 0) }
do {
    var guardian = Guardian()
    guardian.run()
}
