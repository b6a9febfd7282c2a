import ArgumentParser
import EventLoop

/// A group of the system, as a name or a number.
struct GroupArgument: ExpressibleByArgument, Sendable, Hashable {
    /// The group's number.
    let number: UInt32

    /// Looks it up.
    ///
    /// - Parameter argument: the name, or a number, which needs no group that the system knows.
    init?(argument: String) {
        guard let number = Account.groupID(named: argument) ?? UInt32(argument) else { return nil }
        self.number = number
    }
}
