import AccessLog
import Model
import Synchronization

/// The variables that belong to no session (`proc.`), where several threads set and read them.
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

    /// All that are set.
    var all: [SessionVariable: SampleValue] { values.withLock { $0 } }
}
