import Glibc

/// A system call that failed: which one, on what, and why.
public struct SystemError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The call, such as `bind`.
    public var operation: String
    /// What it was called on, such as `127.0.0.1:5670`.
    public var subject: String
    /// The error number.
    public var code: Int32

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - operation: the call.
    ///   - subject: what it was called on.
    ///   - code: the error number; by default the calling thread's `errno`.
    public init(_ operation: String, _ subject: String, code: Int32 = errno) {
        self.operation = operation
        self.subject = subject
        self.code = code
    }

    /// Something that this program cannot do, whatever the kernel could.
    ///
    /// - Parameters:
    ///   - operation: the call that would have been made.
    ///   - subject: what it would have been called on.
    /// - Returns: an error with the number of `Operation not supported`.
    public static func unsupported(_ operation: String, _ subject: String) -> SystemError {
        SystemError(operation, subject, code: EOPNOTSUPP)
    }

    /// The error number's text, such as `Address already in use`.
    public var text: String { SystemError.text(of: code) }

    /// `bind 127.0.0.1:5670: Address already in use`.
    public var description: String { "\(operation) \(subject): \(text)" }

    /// The text of an error number.
    ///
    /// - Parameter code: the error number.
    /// - Returns: the C library's text.
    public static func text(of code: Int32) -> String { String(cString: strerror(code)) }
}
