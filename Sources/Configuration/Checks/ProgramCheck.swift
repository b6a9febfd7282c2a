/// A program that decides about servers (`option external-check`): it passes by ending with code 0.
///
/// - Source: HAProxy 2.6 configuration manual, section 4.2, `external-check command` and `external-check path`.
public struct ProgramCheck: Sendable, Hashable {
    /// The program's file.
    public var command: String
    /// Its `PATH`.
    public var path: String

    /// Makes a check by a program.
    ///
    /// - Parameters:
    ///   - command: the program's file.
    ///   - path: its `PATH`.
    public init(command: String, path: String) {
        self.command = command
        self.path = path
    }
}
