import Configuration

/// How the process runs: what the command line says, and where it says nothing, what the files say.
///
/// - Source: HAProxy 2.6 management guide, section 3, and recordings of 2.6.12 with both of them.
struct HAProxyManner: Sendable, Equatable {
    /// Whether it leaves the terminal.
    var goesToBackground: Bool
    /// Whether there is a master.
    var mastery: HAProxyCommandLine.Mastery
    /// Whether the end of the newest worker by a failure ends the master too.
    var endsWithFailedWorker: Bool
    /// Where its number is written; `nil` also where HAProxy writes none, because it stays where it was started.
    var pidFile: String?
    /// Whether its addresses may be shared with a successor.
    var sharesAddresses: Bool

    /// Decides.
    ///
    /// - Parameters:
    ///   - line: the command line.
    ///   - process: what the files say of the process.
    init(_ line: HAProxyCommandLine, _ process: ProcessConfiguration) {
        mastery = line.mastery == .alone && process.master != nil ? .master : line.mastery
        endsWithFailedWorker = process.master?.endsWithFailedWorker ?? true
        // systemd has to see the process that it started.
        let staysInForeground = line.staysInForeground || mastery == .masterUnderSystemd
        goesToBackground = (line.goesToBackground || process.isDaemon) && !staysInForeground
        pidFile = goesToBackground || mastery != .alone ? line.pidFile ?? process.pidFile : nil
        sharesAddresses = process.sharesAddresses && !line.refusesSharedAddresses
    }
}
