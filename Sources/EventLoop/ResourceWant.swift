import Glibc

/// What there was not enough of for a socket.
public enum ResourceWant: Sendable, Hashable {
    /// Descriptors of this process.
    case processDescriptors
    /// Descriptors of the whole machine.
    case systemDescriptors
    /// Memory.
    case memory
    /// Something else: the right to have one, for example.
    case other

    /// Sorts an error.
    ///
    /// - Parameter code: the error number of socket(2).
    public init(_ code: Int32) {
        switch code {
        case EMFILE: self = .processDescriptors
        case ENFILE: self = .systemDescriptors
        case ENOBUFS, ENOMEM: self = .memory
        default: self = .other
        }
    }
}
