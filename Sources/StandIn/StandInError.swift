import Glibc

/// Why a fleet didn't do what it was asked.
public enum StandInError: Error, Equatable, Sendable, CustomStringConvertible {
    /// No stand-in has that name; the closest name, if one is close.
    case unknown(String, suggestion: String?)
    /// The kernel refused a socket for a stand-in's port; `operation` is the system call that failed.
    case noPort(operation: String, errorNumber: Int32)
    /// A stand-in's port can't be listened on, for the reason given.
    case cannotListen(String, reason: String)

    /// The error in words.
    public var description: String {
        switch self {
        case .unknown(let name, nil): "there is no stand-in '\(name)'"
        case .unknown(let name, let suggestion?):
            "there is no stand-in '\(name)'; did you mean '\(suggestion)'?"
        case .noPort(let operation, let errorNumber):
            "a port for a stand-in: \(operation): \(String(cString: strerror(errorNumber)))"
        case .cannotListen(let name, let reason): "stand-in '\(name)' can't listen: \(reason)"
        }
    }
}
