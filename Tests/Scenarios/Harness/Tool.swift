import Foundation

/// A program of the system that a scenario needs beside the one under test.
enum Tool {
    /// Whether a program is there, in PATH or where daemons are; if not, the tests that need it are skipped with the reason.
    ///
    /// - Parameters:
    ///   - name: the program.
    ///   - package: Debian's package that has it; its own name when left out.
    /// - Returns: whether tests with it run.
    static func isThere(_ name: String, package: String? = nil) -> Bool {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let folders = path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"]
        return Requirement.isMet(
            folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") },
            "\(name) (Debian: \(package ?? name))")
    }
}
