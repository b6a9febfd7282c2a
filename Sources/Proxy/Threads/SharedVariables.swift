import AccessLog
import Model
import Synchronization

/// The variables that belong to no session (`proc.`), which all threads of an instance set and read.
///
/// All members may be called from every thread; the lock is taken when a rule or a line in the log asks for such a variable.
final class SharedVariables: Sendable {
    // Owner: the mutex.
    private let values: Mutex<[SessionVariable: SampleValue]> = Mutex([:])

    /// A variable's value; `nil` where it isn't set.
    subscript(variable: SessionVariable) -> SampleValue? {
        get { values.withLock { $0[variable] } }
        set { values.withLock { $0[variable] = newValue } }
    }

    /// Sets a variable where there is room for it.
    ///
    /// - Parameters:
    ///   - variable: the variable.
    ///   - value: its value.
    ///   - most: how many there may be.
    /// - Returns: whether there was room.
    func add(_ variable: SessionVariable, _ value: SampleValue, most: Int) -> Bool {
        values.withLock { values in
            guard values[variable] != nil || values.count < most else { return false }
            values[variable] = value
            return true
        }
    }

    /// All that are set.
    var all: [SessionVariable: SampleValue] { values.withLock { $0 } }
}
